# Sourced inside the sandbox that the documents' blocks assume to be there: its files, its project, and a repository
# on a git server of its own (sandboxes do not reach the machine's loopback, and the documents' example.com is no one's).
set -eu
export GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0=Documents \
    GIT_CONFIG_KEY_1=user.email GIT_CONFIG_VALUE_1=documents@example.com
served=/tmp/served

files() {
    mkdir -p /workspace/src /workspace/project
    printf 'text\n' >/workspace/file.txt
    printf 'first\n# text-of-interest\n' >/workspace/src/app.txt
    printf 'old_text one\n' >/workspace/file1.txt
    printf 'old_text two\n' >/workspace/file2.txt
    printf 'in the home folder\n' >"$HOME/file1.txt"
    # Line 10 (counted from 0) ends at character 15, where the documents ask for completions.
    printf 'import os\n%s\nitem = os.path.\n' "$(printf '\n#%.0s' 1 2 3 4 5 6 7 8)" >/workspace/project/main.py
    printf 'export {};\n%s\nconst v = Math.\n' "$(printf '\n//%.0s' 1 2 3 4 5 6 7 8)" >/workspace/project/main.ts
}

# A bare repository with the branches main and develop.
repository() {
    rm -rf "$served" /tmp/seed
    mkdir -p "$served/user"
    git init -q -b main /tmp/seed
    for branch in main develop; do
        git -C /tmp/seed checkout -q -B "$branch"
        printf '%s\n' "$branch" >"/tmp/seed/$branch.txt"
        git -C /tmp/seed add .
        git -C /tmp/seed commit -q -m "the first of $branch"
    done
    git clone -q --bare /tmp/seed "$served/user/repo.git"
    git -C "$served/user/repo.git" symbolic-ref HEAD refs/heads/main
    git -C "$served/user/repo.git" config http.receivepack true
}

# /workspace/repo as a fresh clone, with a change to commit and the branch the documents delete.
fresh_clone() {
    rm -rf /workspace/repo
    repository
    git clone -q http://127.0.0.1:8418/user/repo.git /workspace/repo
    git -C /workspace/repo branch feature/old-feature
    printf 'one\n' >/workspace/repo/file1.txt
    printf 'two\n' >/workspace/repo/file2.txt
}
