export function corpusSuite(_core: unknown): void {}
