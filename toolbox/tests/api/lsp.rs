//! `lsp/...` with the real language servers of the tools layer.

use crate::harness::{Answer, Toolbox, encode};
use serde_json::{Value, json};

const PYTHON: &str = "class Greeter:\n    def greet(self, name):\n        return name\n\n\ndef make_greeter():\n    return Greeter()\n";
const TYPESCRIPT: &str = "export class Greeter {\n  greet(name: string): string {\n    return name;\n  }\n}\n\nexport function makeGreeter(): Greeter {\n  return new Greeter();\n}\n";

struct Project {
    toolbox: Toolbox,
    language: &'static str,
}

impl Project {
    /// A project of two files, one of which uses the other.
    async fn start(language: &'static str) -> Option<Self> {
        let toolbox = Toolbox::start_with_tools().await?;
        let project = toolbox.dir.join("my project");
        std::fs::create_dir_all(project.join("node_modules")).expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(project.join(name), text).expect("a file");
        write("greeter.py", PYTHON);
        write("main.py", "import json\nfrom greeter import make_greeter\nmake_greeter().\njson.\n");
        write("greeter.ts", TYPESCRIPT);
        write("main.ts", "import { makeGreeter } from './greeter';\nmakeGreeter().\n");
        write("main.js", "function helper() { return 1 }\nhelp\n");
        write("node_modules/greeter.ts", TYPESCRIPT);
        let project = Self { toolbox, language };
        let started = project.post("start", json!({})).await;
        assert_eq!(started.status, 200, "{:?}", started.body);
        Some(project)
    }

    async fn post(&self, verb: &str, more: Value) -> Answer {
        let mut body =
            json!({"languageId": self.language, "pathToProject": self.toolbox.dir.join("my project")});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        self.toolbox.post_json(&format!("/lsp/{verb}"), body).await
    }

    async fn get(&self, verb: &str, name: &str, value: &str) -> Value {
        let project = self.toolbox.dir.join("my project");
        let project = encode(project.to_str().expect("text"));
        let path = format!(
            "/lsp/{verb}?languageId={}&pathToProject={project}&{name}={}",
            self.language,
            encode(value)
        );
        let answer = self.toolbox.get(&path).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.json()
    }

    fn uri(&self, file: &str) -> String {
        format!("file://{}", self.toolbox.dir.join("my project").join(file).display())
    }

    /// Labels of the completions at a place.
    async fn completions(&self, file: &str, line: u32, character: u32) -> Vec<String> {
        let place = json!({"line": line, "character": character});
        let answer = self.post("completions", json!({"uri": self.uri(file), "position": place})).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        let list = answer.json();
        assert!(list["isIncomplete"].is_boolean());
        let items = list["items"].as_array().expect("items");
        items.iter().map(|item| item["label"].as_str().expect("a label").to_owned()).collect()
    }
}

fn names(symbols: &Value) -> Vec<(String, i64, String)> {
    let symbols = symbols.as_array().expect("symbols").iter();
    let mut names: Vec<_> = symbols
        .map(|symbol| {
            let (name, kind) =
                (symbol["name"].as_str().expect("a name"), symbol["kind"].as_i64().expect("a kind"));
            let location = &symbol["location"];
            assert!(location["range"]["start"]["line"].is_u64(), "{symbol}");
            let uri = location["uri"].as_str().expect("a uri");
            assert!(uri.contains("my%20project"), "{uri}");
            (name.to_owned(), kind, uri.rsplit('/').next().expect("a file").to_owned())
        })
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn python() {
    let Some(project) = Project::start("python").await else { return };
    let unopened = project.completions("main.py", 2, 15).await;
    assert!(unopened.iter().any(|label| label.starts_with("greet")), "{unopened:?}");
    assert_eq!(project.post("did-open", json!({"uri": project.uri("main.py")})).await.status, 200);
    let opened = project.completions("main.py", 3, 5).await;
    assert!(opened.iter().any(|label| label.starts_with("dumps")), "{opened:?}");
    let expected = [("Greeter", 5), ("greet", 6), ("make_greeter", 12)];
    let symbols = names(&project.get("document-symbols", "uri", &project.uri("greeter.py")).await);
    for (name, kind) in expected {
        assert!(symbols.contains(&(name.to_owned(), kind, "greeter.py".to_owned())), "{name} in {symbols:?}");
    }
    let found = names(&project.get("workspacesymbols", "query", "GREETER").await);
    for name in ["Greeter", "make_greeter"] {
        assert!(found.iter().any(|(found, _, file)| found == name && file == "greeter.py"), "{found:?}");
    }
    assert_eq!(project.get("workspacesymbols", "query", "nothing_of_that_name").await, json!([]));
    assert_eq!(project.post("stop", json!({})).await.status, 200);
    project.post("did-open", json!({"uri": project.uri("main.py")})).await.error(400, "BAD_REQUEST");
}

#[tokio::test]
async fn typescript() {
    let Some(project) = Project::start("typescript").await else { return };
    let unopened = project.completions("main.ts", 1, 14).await;
    assert!(unopened.contains(&"greet".to_owned()), "{unopened:?}");
    assert_eq!(project.post("did-open", json!({"uri": project.uri("main.ts")})).await.status, 200);
    let opened = project.completions("main.ts", 1, 14).await;
    assert!(opened.contains(&"greet".to_owned()), "{opened:?}");
    let symbols = names(&project.get("document-symbols", "uri", &project.uri("greeter.ts")).await);
    for (name, kind) in [("Greeter", 5), ("greet", 6), ("makeGreeter", 12)] {
        assert!(symbols.contains(&(name.to_owned(), kind, "greeter.ts".to_owned())), "{name} in {symbols:?}");
    }
    let found = names(&project.get("workspacesymbols", "query", "makeg").await);
    let function = ("makeGreeter".to_owned(), 12, "greeter.ts".to_owned());
    assert_eq!(
        found.iter().filter(|one| **one == function).count(),
        1,
        "and not that of a package: {found:?}"
    );
    assert_eq!(project.post("stop", json!({})).await.status, 200);
}

#[tokio::test]
async fn javascript() {
    let Some(project) = Project::start("javascript").await else { return };
    let labels = project.completions("main.js", 1, 4).await;
    assert!(labels.contains(&"helper".to_owned()), "{labels:?}");
    let symbols = names(&project.get("document-symbols", "uri", &project.uri("main.js")).await);
    assert!(symbols.contains(&("helper".to_owned(), 12, "main.js".to_owned())), "{symbols:?}");
}
