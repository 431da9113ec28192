"""A git repository in a sandbox: clone, change, commit, push. Here its remote is in the sandbox too."""

from daytona_sdk import Daytona

daytona = Daytona()
sandbox = daytona.create()
try:
    git = sandbox.git
    root = sandbox.get_user_root_dir()
    sandbox.process.exec(
        "git init -q -b main seed && cd seed && git -c user.name=S -c user.email=s@example.com "
        "commit -q --allow-empty -m first && git clone -q --bare . ../remote.git",
        cwd=root,
    ).check()

    # For a private repository: username="...", password="..."; neither is stored in the sandbox.
    git.clone(root + "/remote.git", root + "/repo")
    git.create_branch(root + "/repo", "feature")
    sandbox.fs.upload_file(root + "/repo/app.py", "print('hello')\n")
    for file in git.status(root + "/repo").file_status:
        print(f"{file.name}: {file.worktree}")

    git.add(root + "/repo", ["app.py"])
    response = git.commit(root + "/repo", "feat: say hello", "Jane Doe", "jane@example.com")
    print(len(response.sha), [commit.message.strip() for commit in git.log(root + "/repo")])

    git.push(root + "/repo")
    status = git.status(root + "/repo")
    print(status.current_branch, status.ahead)
finally:
    daytona.remove(sandbox)
