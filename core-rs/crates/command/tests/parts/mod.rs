//! What random texts of the tests of outlines are made of.

/// What texts are made of: words, operators, and what joins words to others.
#[rustfmt::skip] // Several parts in a line.
pub const PARTS: &[&str] = &[
    "cd", "ls", "rm", "-rf", "/", "~", "~/x", ".", "..", "/tmp/x", "x.sh", "./x.sh", "src/a.ts",
    "*.ts", "/*", "?", "[ab]", "git", "-c", "core.pager=reboot", "alias.x=!id", "push", "log",
    "--exec", "--mirr", "--forc", "--output=x", "curl", "-o", "-O", "-s", "http://h/x", "wget",
    "jq", ".a", "xargs", "-I", "-n1", "find", "-name", "'*.ts'", "-exec", "-delete", "sudo", "-u",
    "env", "A=b", "PATH=/x", "X=rm", "nohup", "time", "timeout", "5", "nice", "bash", "sh", "-lc",
    "/bin/sh", "python3", "node", "run.py", "-e", "'print(1)'", "perl", "awk", "docker", "run",
    "exec", "app", "npx", "npm", "base64", "-d", "rev", "tr", "a", "b", "printf", "echo",
    "'rm -rf /'", "\"a b\"", "tee", "cp", "mv", "dd", "of=/x", "of=/dev/sda", "tar", "-xzf",
    "--to-command=id", "su", "-creboot", "source", "eval", "trap", "exit", "alias", "x=rm",
    "export", "set", "read", "ssh", "host", "crontab", "at", "builtin", "command", "-v",
    "kubectl", "true", "if", "then", "fi", "mkfifo", "x", "xz", "+x", "+", "=x", "-bash", "cfI",
    "fd", "sed", "'1e id'", "-e1eid", "'s/a/b/e'", "mysql", "ed", "'!id'", "'\\! id'", "make", "-f", "-",
    "--eval=x:;id", "start-stop-daemon", "-S", "--exec=rm", "script", "sg", "gnome-terminal", "--", "watch", "tmux",
    "new", "Enter", "vim", "+!id", "gdb", "-ex", "'!id'", "sqlite3", "'.shell id'", "elixir", "less", "sem",
    "bisect", "submodule", "foreach", "rebase", "-x", "-C", "--git-dir", "vagrant", "multipass",
    "--command", "-o", "$x", "$HOME/x", "$PWD", "\"$x\"", "\"a $x/b\"", "x=$x", "\\(", "\\)",
    "\\!", "<", "</x", "<<x", "printf", "-v", "$1", "declare", "unset", "let", "{}", "{}", "\\;",
    "';'", "-execdir", "find", "id_rsa", "-F\"/\"", "a\"b\"c", "'x=rm'", "x='rm'", "\"~/x\"",
    "~'/x'", "\\*.c", "\\ x", "\\\n", "\"a\\n\\$b\"", "${x}", "${HOME}/x", "$?", "$$", "$@",
    "a$1/", "\"$1\"", "\" $ \"", "X=\"a b\"", "B1=b", "$(id)", "\"a $(id -u) b\"", "x$(cat f)y",
    "`id`", "\"`which rm`\"", "$(", "\"$(", ")", ")\"", "`", "$()", "$(true)", "$((1))", "(", "{",
    "}", "; }", "else", "; then", "; fi", "; else", "while", "until", "; do", "; done", "do",
    "done", "elif", "-p", "#", "a#b", "a!", "[", "]", "-f", "{}.bak", "x{}", "{a,b}", "%",
    "%.bak", "-I%", "-i", "-i%", "--replace", "--replace=%", "<<E", "<<'E'", "<<-E", "\nE\n",
    "\nrm -rf /\nE\n", "\n\tx $x\nE", "\"$(cat <<'E'\nrm x\n\nE\n)\"", "$(cat <<E\nrm x\nE\n)",
    "0<", "1>", "2>x", "> \"$x\"", "> 'a b'", "GIT_SSH_COMMAND=id", "\"PAGER=a b\"", "cat",
    "sleep", "$SHELL", "-s", "watch", "systemd-run", "-",
];

/// What follows `find` in texts of the second kind.
#[rustfmt::skip] // Several parts in a line.
pub const OF_FIND: &[&str] = &[
    "/", "/etc", "~", "$HOME", "$x", ".", "src", "-name", "id_rsa", "'*.ts'", "-type f",
    "-delete", "-exec rm", "-exec sh", "-execdir cat", "-ok mv", "{}", "{}", "{}.bak", "x{}{}{}",
    "--x={}", "'{}'", "'a b'", "'$x'", "-exec sudo", "-exec grep x", "-empty", "-D x", "\\;", "+",
    "> x", "| xargs rm", "| xargs -I{} mv {} {}.b", "| xargs -I x cp x y/x",
];
#[rustfmt::skip] // Several parts in a line.
pub const OPERATORS: [&str; 16] = [
    "|", "|", "&&", "&&", "||", ";", "&", "\n", ">", ">>", "2>", "2>&1", ">/dev/null", "&>", ";;",
    "!",
];
