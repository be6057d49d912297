// The type of the module with the tools of these tests.
export declare function addTools(server: object): void;
