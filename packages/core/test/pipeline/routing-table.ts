// Where an event goes and what becomes of it, written down by hand. `any` fits everything; `a/b` fits either word.
//
// Tiers say `allow`, `block`, `escalate`, or `escalate!`, which is an escalation with an action of its own; `fails` is every way to
// fail. Each block has its tier's action, as has L1's escalation. In `asked`, `L2 L3` is one after the other, `L2+L3` at
// once, and `(L3)` was aborted. A verdict of `allow/block` is that of fail-open and of fail-closed; what is denied
// goes with a block. A reason's WHY is how the tier failed, MODE the fail mode's name.

/** Whether L2 and L3 run at once, by `speculate` (rows) and the severity of L1's escalation (columns), with a free place. */
export const AT_ONCE = `
         | info | low | medium | high | critical
none     | no   | no  | no     | no   | no
info     | yes  | yes | yes    | yes  | yes
low      | no   | yes | yes    | yes  | yes
medium   | no   | no  | yes    | yes  | yes
high     | no   | no  | no     | yes  | yes
critical | no   | no  | no     | no   | yes
`;

/** Whether there is a free place, by the number of speculative L3 runs that are on their way. */
export const FREE = `
  | free
0 | yes
7 | yes
8 | no
`;

/** The severity of a decision by the fail mode (columns: the escalation's). */
export const RAISED = `
       | info | low | medium | high | critical
raised | low  | low | medium | high | critical
`;

/** Every event but those that an SAE tier judges. */
export const ROUTES = `
tiers | L1       | at once | L2              | L3        | asked   | verdict     | by    | severity | reason                                | denies
any   | allow    | any     | any             | any       | nobody  | allow       | Rules | L1       | L1 says                               | nothing
any   | block    | any     | any             | any       | nobody  | block       | Rules | L1       | L1 says                               | L1
none  | escalate | any     | any             | any       | nobody  | allow/block | Rules | raised   | L1 says [unresolved escalation, MODE] | L1

L2    | escalate | any     | allow           | any       | L2      | allow       | Llm   | L2       | L2 says                               | nothing
L2    | escalate | any     | block           | any       | L2      | block       | Llm   | L2       | L2 says                               | L2
L2    | escalate | any     | escalate        | any       | L2      | allow/block | Llm   | low      | L2 says [unresolved escalation, MODE] | L1
L2    | escalate | any     | escalate!       | any       | L2      | allow/block | Llm   | low      | L2 says [unresolved escalation, MODE] | L2
L2    | escalate | any     | fails           | any       | L2      | allow/block | Llm   | medium   | L2 unavailable: WHY [unresolved escalation, MODE] | L1

L3    | escalate | any     | any             | allow     | L3      | allow       | Agent | L3       | L3 says                               | nothing
L3    | escalate | any     | any             | block     | L3      | block       | Agent | L3       | L3 says                               | L3
L3    | escalate | any     | any             | escalate  | L3      | allow/block | Agent | low      | L3 says [unresolved escalation, MODE] | L1
L3    | escalate | any     | any             | escalate! | L3      | allow/block | Agent | low      | L3 says [unresolved escalation, MODE] | L3
L3    | escalate | any     | any             | fails     | L3      | allow/block | Agent | medium   | L3 unavailable (WHY); MODE            | L1

both  | escalate | no      | allow           | any       | L2      | allow       | Llm   | L2       | L2 says                               | nothing
both  | escalate | no      | block           | any       | L2      | block       | Llm   | L2       | L2 says                               | L2
both  | escalate | no      | escalate/escalate!/fails | allow     | L2 L3 | allow       | Agent | L3     | L3 says                                 | nothing
both  | escalate | no      | escalate/escalate!/fails | block     | L2 L3 | block       | Agent | L3     | L3 says                                 | L3
both  | escalate | no      | escalate/fails  | escalate  | L2 L3   | allow/block | Agent | low      | L3 says [unresolved escalation, MODE] | L1
both  | escalate | no      | escalate!       | escalate  | L2 L3   | allow/block | Agent | low      | L3 says [unresolved escalation, MODE] | L2
both  | escalate | no      | escalate/escalate!/fails | escalate! | L2 L3 | allow/block | Agent | low    | L3 says [unresolved escalation, MODE]   | L3
both  | escalate | no      | escalate/fails  | fails     | L2 L3   | allow/block | Agent | medium   | L3 unavailable (WHY); MODE            | L1
both  | escalate | no      | escalate!       | fails     | L2 L3   | allow/block | Agent | medium   | L3 unavailable (WHY); MODE            | L2

both  | escalate | yes     | block           | any       | L2+(L3) | block       | Llm   | L2       | L2 says                               | L2
both  | escalate | yes     | allow/escalate/escalate!/fails | allow | L2+L3 | allow     | Agent | L3     | L3 says                                 | nothing
both  | escalate | yes     | allow/escalate/escalate!/fails | block | L2+L3 | block     | Agent | L3     | L3 says                                 | L3
both  | escalate | yes     | allow/escalate/fails | escalate | L2+L3 | allow/block | Agent | low    | L3 says [unresolved escalation, MODE]   | L1
both  | escalate | yes     | escalate!       | escalate  | L2+L3   | allow/block | Agent | low      | L3 says [unresolved escalation, MODE] | L2
both  | escalate | yes     | allow/escalate/escalate!/fails | escalate! | L2+L3 | allow/block | Agent | low | L3 says [unresolved escalation, MODE]  | L3
both  | escalate | yes     | allow           | fails     | L2+L3   | allow       | Llm   | L2       | L2 says                               | nothing
both  | escalate | yes     | escalate        | fails     | L2+L3   | allow/block | Llm   | low      | L2 says [unresolved escalation, MODE] | L1
both  | escalate | yes     | escalate!       | fails     | L2+L3   | allow/block | Llm   | low      | L2 says [unresolved escalation, MODE] | L2
both  | escalate | yes     | fails           | fails     | L2+L3   | allow/block | Llm   | medium   | L2 unavailable: WHY [unresolved escalation, MODE] | L1
`;

/** `LlmActivations` events where there is an SAE tier: L1 and L2 have no say. */
export const SAE_ROUTES = `
tiers   | SAE             | L3        | asked  | verdict     | by    | severity | reason                                 | denies
any     | allow           | any       | SAE    | allow       | Sae   | SAE      | SAE says                               | nothing
any     | block           | any       | SAE    | block       | Sae   | SAE      | SAE says                               | SAE

none/L2 | escalate        | any       | SAE    | allow/block | Sae   | low      | SAE says [unresolved escalation, MODE] | nothing
none/L2 | escalate!       | any       | SAE    | allow/block | Sae   | low      | SAE says [unresolved escalation, MODE] | SAE
none/L2 | fails           | any       | SAE    | allow/block | Sae   | medium   | SAE unavailable: WHY [unresolved escalation, MODE] | nothing

L3/both | escalate/escalate!/fails | allow     | SAE L3 | allow       | Agent | L3     | L3 says                                  | nothing
L3/both | escalate/escalate!/fails | block     | SAE L3 | block       | Agent | L3     | L3 says                                  | L3
L3/both | escalate/fails  | escalate  | SAE L3 | allow/block | Agent | low      | L3 says [unresolved escalation, MODE]  | nothing
L3/both | escalate!       | escalate  | SAE L3 | allow/block | Agent | low      | L3 says [unresolved escalation, MODE]  | SAE
L3/both | escalate/escalate!/fails | escalate! | SAE L3 | allow/block | Agent | low    | L3 says [unresolved escalation, MODE]    | L3
L3/both | escalate/fails  | fails     | SAE L3 | allow/block | Agent | medium   | L3 unavailable (WHY); MODE             | nothing
L3/both | escalate!       | fails     | SAE L3 | allow/block | Agent | medium   | L3 unavailable (WHY); MODE             | SAE
`;

/** The cell of a column; the first column of a table may have no name. */
export type Row = (column: string) => string;

export function rowsOf(table: string): Row[] {
  const [head = [], ...rows] = table
    .split("\n")
    .filter((line) => line.includes("|"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  return rows.map((cells) => (column) => cells[head.indexOf(column)] ?? "missing");
}

/** Whether a cell fits a word: `fails` fits every way to fail, which are the words that begin with it. */
export function fits(cell: string, word: string): boolean {
  return cell === "any" || cell.split("/").some((each) => each === word || word.startsWith(`${each} by`));
}
