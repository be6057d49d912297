// Which targets deny-files do not hold, as data. Paths are canonical: see normalise-path.ts.

/** First-level folders of common systems, known even where they do not exist. */
export const TOP_FOLDERS: readonly string[] = [
  ..."bin boot cores data dev etc gnu home lib lib32 lib64 libx32 media mnt nix opt private proc root run".split(" "),
  ..."sbin snap srv sys tmp usr var Applications Library System Users Volumes".split(" "),
];

/** Never denied, whoever asks: the system does not run, or sentry and the guards do not. */
export const NEVER: readonly string[] = [
  // Devices and the kernel's own files.
  "/dev/**",
  "/proc/**",
  "/sys/**",
  // The first process, of the system or of a container.
  "/usr/sbin/init",
  "/usr/bin/init",
  "/usr/sbin/openrc-init",
  "/usr/sbin/runit*",
  "/usr/sbin/launchd",
  "/usr/lib/systemd/systemd*",
  "/usr/bin/busybox",
  "/usr/bin/tini*",
  "/usr/bin/dumb-init",
  "/usr/sbin/docker-init",
  // The loader and libc: without them no program starts.
  "/usr/lib*/ld-*",
  "/usr/lib*/*/ld-*",
  "/usr/lib*/ld.so*",
  "/usr/lib*/libc.*",
  "/usr/lib*/*/libc.*",
  "/usr/lib*/libc-*",
  "/usr/lib*/*/libc-*",
  "/usr/lib/dyld",
  "/etc/ld.so.*",
  "/nix/store/*/lib/ld-*",
  "/nix/store/*/lib/libc.*",
  // The collector and the guards.
  "/usr/bin/a3s-*",
  "/usr/sbin/a3s-*",
  "/usr/local/bin/a3s-*",
  "/usr/local/sbin/a3s-*",
  "/opt/a3s*/**",
];

/** Where a system keeps its programs. Users cannot write there. */
export const PROGRAM_FOLDERS: readonly string[] = [
  "/usr/bin",
  "/usr/sbin",
  "/usr/local/bin",
  "/usr/local/sbin",
  "/usr/libexec",
  "/snap/bin",
  "/opt/homebrew/bin",
  "/run/current-system/sw/bin",
];

/**
 * Programs of these folders that sentry does not deny by itself: many others than the agent need
 * them. Names are without a version: `python` is also `python3.12`.
 */
export const EVERYDAY_PROGRAMS: readonly string[] = [
  // Shells and terminals.
  ..."sh bash rbash dash zsh ksh mksh ash fish tcsh csh pwsh tmux screen login getty agetty".split(" "),
  // Interpreters and runtimes.
  ..."python python2 python3 perl ruby irb node nodejs deno bun php lua luajit tclsh expect java R Rscript julia".split(
    " ",
  ),
  ..."awk gawk mawk nawk sed bc jq osascript ghc guile erl elixir dotnet mono qemu-x86_64 qemu-aarch64".split(" "),
  // Package managers, compilers and build tools.
  ..."npm npx pnpm pnpx yarn corepack pip pip3 pipx uv uvx poetry conda gem bundle cargo rustc rustup go composer".split(
    " ",
  ),
  ..."apt apt-get apt-cache dpkg rpm dnf yum zypper apk pacman brew snap flatpak nix guix port".split(" "),
  ..."make cmake ninja meson gcc g++ cc c++ cpp clang clang++ ld as ar tsc javac mvn gradle".split(" "),
  // Version control and transfers.
  ..."git hg svn gh curl wget ssh ssh-agent ssh-add ssh-keygen sshd scp sftp rsync ftp".split(" "),
  // Users and privileges.
  ..."sudo sudoedit su doas pkexec passwd chsh newgrp id groups whoami who w runuser setpriv unix_chkpwd".split(" "),
  // Services, containers and the system.
  ..."systemctl systemd-run journalctl loginctl service cron crond anacron at dbus-daemon dbus-broker".split(" "),
  ..."docker dockerd podman nerdctl containerd runc crun kubectl kubelet helm buildah skopeo bwrap firejail".split(" "),
  ..."mount umount fusermount fusermount3 modprobe insmod sysctl reboot shutdown poweroff halt".split(" "),
  ..."ip iptables nft ss netstat ping ping6 dig host nslookup resolvectl hostname traceroute ifconfig route".split(" "),
  // Commands that pass on.
  ..."env nohup timeout nice ionice setsid stdbuf time xargs find parallel watch flock script strace ltrace gdb".split(
    " ",
  ),
  ..."chroot nsenter unshare true false test [ echo printf yes sleep wait seq tee toybox".split(" "),
  // Files and text.
  ..."ls cat cp mv rm ln mkdir rmdir touch chmod chown chgrp stat file du df dd install mktemp readlink realpath".split(
    " ",
  ),
  ..."basename dirname pwd grep egrep fgrep rg sort uniq cut tr head tail wc od xxd hexdump diff patch comm cmp".split(
    " ",
  ),
  ..."less more vi vim nvim nano emacs ed ex base64 base32 sha1sum sha256sum md5sum cksum strings which tree".split(
    " ",
  ),
  ..."tar gzip gunzip zcat bzip2 bunzip2 xz unxz zstd zip unzip cpio 7z shred truncate split paste join column".split(
    " ",
  ),
  // Processes and secrets.
  ..."ps top htop kill pkill killall pgrep lsof fuser uptime free date cal uname nproc arch locale getent".split(" "),
  ..."openssl gpg gpg2 gpg-agent gpgconf ssh-askpass sqlite3 psql mysql redis-cli crontab logger".split(" "),
];

/**
 * Further programs that sentry does not deny by itself, as patterns: what package managers of the
 * system and of languages install for all users.
 */
export const EVERYDAY_PATHS: readonly string[] = [
  // Parts of programs of the system.
  "/usr/lib/git-core/**",
  "/usr/libexec/git-core/**",
  "/usr/lib/openssh/*",
  "/usr/libexec/openssh/*",
  "/usr/lib/apt/**",
  "/usr/lib/dpkg/**",
  "/usr/lib/rpm/**",
  "/usr/lib/sudo/**",
  "/usr/libexec/sudo/**",
  "/usr/lib/gcc/**",
  "/usr/libexec/gcc/**",
  "/usr/lib/llvm*/**",
  "/usr/lib/postgresql/*/bin/*",
  "/usr/lib*/docker/cli-plugins/*",
  "/usr/libexec/docker/**",
  "/opt/cni/bin/*",
  "/usr/lib*/**.so",
  "/usr/lib*/**.so.*",
  // Runtimes and their packages.
  "/usr/lib/node_modules/**",
  "/usr/local/lib/node_modules/**",
  "/usr/share/nodejs/**",
  "/usr/share/npm/**",
  "/usr/lib*/python*/**",
  "/usr/local/lib/python*/**",
  "/usr/lib/ruby/**",
  "/usr/local/lib/ruby/**",
  "/usr/share/perl*/**",
  "/usr/lib*/perl*/**",
  "/usr/lib/*/perl*/**",
  "/usr/lib/jvm/**",
  "/usr/java/**",
  "/opt/java/**",
  "/usr/local/openjdk*/**",
  "/usr/share/maven*/**",
  "/usr/share/gradle*/**",
  "/usr/lib*/dotnet/**",
  "/usr/share/dotnet/**",
  "/usr/lib/go*/**",
  "/usr/local/go/**",
  "/usr/lib/rustlib/**",
  "/usr/local/cargo/bin/*",
  "/usr/local/rustup/**",
  "/usr/local/bundle/bin/*",
  "/opt/conda/**",
  "/opt/hostedtoolcache/**",
  // Package managers with folders of their own.
  "/opt/homebrew/**",
  "/usr/local/Cellar/**",
  "/home/linuxbrew/.linuxbrew/**",
  "/snap/*/**",
  "/var/lib/snapd/snap/*/**",
  "/var/lib/flatpak/**",
  "/gnu/store/*/bin/*",
  "/gnu/store/*/libexec/**",
  "/nix/store/*/bin/*",
  "/nix/store/*/libexec/**",
  "/Library/Developer/CommandLineTools/**",
  "/Library/Frameworks/Python.framework/**",
  "/Applications/Xcode.app/**",
];

/**
 * Files that sentry does not deny by itself: name service, login, trust and identity. Every login
 * and nearly every connection reads them.
 */
export const EVERYDAY_FILES: readonly string[] = [
  "/etc/passwd*",
  "/etc/shadow*",
  "/etc/group*",
  "/etc/gshadow*",
  "/etc/subuid*",
  "/etc/subgid*",
  "/etc/sudoers",
  "/etc/sudoers.d/**",
  "/etc/pam.conf",
  "/etc/pam.d/**",
  "/etc/security/**",
  "/etc/login.defs",
  "/etc/nologin",
  "/etc/shells",
  "/etc/securetty",
  "/etc/profile",
  "/etc/profile.d/**",
  "/etc/environment",
  "/etc/hosts*",
  "/etc/hostname",
  "/etc/host.conf",
  "/etc/resolv.conf",
  "/run/systemd/resolve/**",
  "/run/resolvconf/**",
  "/etc/nsswitch.conf",
  "/etc/gai.conf",
  "/etc/services",
  "/etc/protocols",
  "/etc/networks",
  "/etc/nscd.conf",
  "/run/nscd/**",
  "/etc/ssl/**",
  "/etc/pki/**",
  "/etc/ca-certificates*",
  "/usr/share/ca-certificates/**",
  "/etc/ssh/**",
  "/etc/machine-id",
  "/etc/localtime",
  "/usr/share/zoneinfo/**",
  "/etc/locale*",
  "/etc/fstab",
  "/etc/crypttab",
  "/etc/mtab",
];
