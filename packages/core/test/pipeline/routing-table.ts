// The expected way of an event through the tiers, written by hand. `any` matches everything; `a/b`
// matches either word.
//
// Tiers return `allow`, `block`, `escalate`, or `escalate!`, which is an escalation with its own
// action; `fails` is every kind of failure. Each block has its tier's action, as has L1's
// escalation. In `asked`, `L2 L3` is one after the other, `L2+L3` at the same time, and `(L3)` was
// aborted. A verdict of `allow/block` is that of fail-open and of fail-closed; the denied target
// belongs to the block. In a reason, WHY is the tier's failure, MODE the fail mode's name.

/**
 * Whether L2 and L3 run at the same time, by `speculate` (rows) and the severity of L1's escalation
 * (columns), with a free slot.
 */
export const AT_ONCE = `
         | info | low | medium | high | critical
none     | no   | no  | no     | no   | no
info     | yes  | yes | yes    | yes  | yes
low      | no   | yes | yes    | yes  | yes
medium   | no   | no  | yes    | yes  | yes
high     | no   | no  | no     | yes  | yes
critical | no   | no  | no     | no   | yes
`;

/** Whether there is a free slot, by the number of speculative L3 runs in progress. */
export const FREE = `
  | free
0 | yes
7 | yes
8 | no
`;

/** The severity of the fail mode's decision, by the escalation's severity (columns). */
export const RAISED = `
       | info | low | medium | high | critical
raised | low  | low | medium | high | critical
`;

/** All events except those that an SAE tier judges. */
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

/** `LlmActivations` events with an SAE tier: L1 and L2 do not judge them. */
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

/**
 * Whether a cell matches a word: `fails` matches every kind of failure, which are the words that
 * start with it.
 */
export function fits(cell: string, word: string): boolean {
  return cell === "any" || cell.split("/").some((each) => each === word || word.startsWith(`${each} by`));
}
