// Scripts of bash, made from a seed: harmless programs `P`, each with its number, in all that a shell has.

/** A whole number from 0, below a bound. */
export type Random = (bound: number) => number;

/** A script, and how many programs it has. */
export interface Script {
  readonly text: string;
  readonly programs: number;
}

const WORDS: readonly [string, ...string[]] = [
  "a",
  "'b c'",
  '"d e"',
  "f\\ g",
  "$'h'",
  "-x",
  "--y=z",
  "i*",
  "~/j",
  "{k,l}",
  "$V",
  "\u0024{W:-m}",
];
const REDIRECTS: readonly [string, ...string[]] = [
  "",
  "",
  "",
  " >o",
  " 2>&1",
  " >>o 2>/dev/null",
  " <i",
  " <<<w",
  " &>o",
];

const pick = <T>(next: Random, list: readonly [T, ...T[]]): T => list[next(list.length)] ?? list[0];
const several = <T>(next: Random, most: number, make: () => T): T[] => Array.from({ length: next(most + 1) }, make);

/** Makes a script whose constructs stand at most `depth` deep. */
export function scriptOf(next: Random, depth: number): Script {
  let programs = 0;
  const command = () => {
    programs += 1;
    const words = several(next, 3, () => pick(next, WORDS));
    return `${["P", programs, ...words].join(" ")}${pick(next, REDIRECTS)}`;
  };
  const list = (left: number): string => {
    const parts = [part(left), ...several(next, 2, () => part(left))];
    return parts.reduce((text, one) => `${text}${pick(next, [" | ", " && ", " || ", "; ", "\n", " & "])}${one}`);
  };
  const part = (left: number): string => {
    if (left === 0) {
      return command();
    }
    const inner = () => list(left - 1);
    const forms: readonly [() => string, ...(() => string)[]] = [
      command,
      () => `( ${inner()} )`,
      () => `{ ${inner()}\n}`,
      () => `if ${inner()}\nthen ${inner()}\nelse ${inner()}\nfi`,
      () => `while ${inner()}\ndo ${inner()}\ndone`,
      () => `for v in a 'b c'\ndo ${inner()}\ndone`,
      () => `case w in a|b) ${inner()}\n;; *) ${inner()}\nesac`,
      () => `${command()} $( ${inner()})`,
      () => `${command()} "x $( ${inner()}) y"`,
      () => `${command()} <( ${inner()})`,
      () => `! ${command()}`,
      () => `V=1 ${command()}`,
      () => `${command()} <<E\ntext $( ${inner()})\nE\n${command()}`,
      () => `until ${inner()}\ndo ${inner()}\ndone`,
    ];
    return pick(next, forms)();
  };
  const text = list(depth);
  return { text, programs };
}
