// Completion scripts for shells. They pass the line to `a3s-sentry complete` as words, never as
// text to evaluate.

export const SHELLS = ["bash", "zsh", "fish"] as const;

/** Printed by `complete` to request file names. No candidate begins like this. */
export const FILES = ":files";

const BASH = `# bash completion for a3s-sentry
_a3s_sentry() {
  local IFS=$'\\n'
  COMPREPLY=($(a3s-sentry complete bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  if [[ \${COMPREPLY[0]-} == "${FILES}" ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]#=}"))
  fi
}
complete -F _a3s_sentry a3s-sentry
`;

const ZSH = `#compdef a3s-sentry
_a3s_sentry() {
  local -a found
  found=("\${(@f)$(a3s-sentry complete zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "\${found[1]}" == "${FILES}" ]]; then
    [[ "$PREFIX" == --*=* ]] && compset -P '*='
    _files
  elif [[ -n "\${found[1]}" ]]; then
    _describe a3s-sentry found
  fi
}
if [[ "\${funcstack[1]}" == _a3s_sentry ]]; then
  _a3s_sentry "$@"
else
  compdef _a3s_sentry a3s-sentry
fi
`;

const FISH = `# fish completion for a3s-sentry
function __a3s_sentry_complete
    set -l words (commandline -opc)[2..-1]
    set -l found (a3s-sentry complete fish -- $words (commandline -ct) 2>/dev/null)
    if test "$found[1]" = "${FILES}"
        set -l flag (string match -r -- '^--[^=]*=' (commandline -ct))
        for file in (__fish_complete_path (string replace -- "$flag" '' (commandline -ct)))
            printf '%s\\n' "$flag$file"
        end
    else
        printf '%s\\n' $found
    end
end
complete -c a3s-sentry -f -a '(__a3s_sentry_complete)'
`;

export function script(shell: (typeof SHELLS)[number]): string {
  return { bash: BASH, zsh: ZSH, fish: FISH }[shell];
}
