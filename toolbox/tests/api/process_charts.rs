//! Charts of `POST /process/code-run`, with the real matplotlib of the tools layer.

use crate::harness::Toolbox;
use serde_json::{Value, json};

const BEGIN: &str = "import matplotlib.pyplot as plt\n";

/// What a program shows; its pictures are checked and taken out.
async fn charts(toolbox: &Toolbox, code: &str) -> Vec<Value> {
    let answer = toolbox.run("python", &format!("{BEGIN}{code}")).await;
    assert_eq!((&answer["exitCode"], &answer["result"]), (&json!(0), &json!("")), "{code}: {answer}");
    let charts = answer["artifacts"]["charts"].as_array().expect("charts").clone();
    let bare = |mut chart: Value| {
        let png = chart.as_object_mut().expect("an object").remove("png").expect("a picture");
        assert!(png.as_str().expect("base64").starts_with("iVBORw0KGgo"), "a PNG");
        chart
    };
    charts.into_iter().map(bare).collect()
}

#[tokio::test]
async fn each_kind_has_its_fields() {
    let Some(toolbox) = Toolbox::start_with_tools().await else { return };
    let line = charts(&toolbox, "plt.plot([1, 2, 3], [1, float('nan'), 9], label='s')\nplt.title('T')\nplt.xlabel('x')\nplt.ylabel('y')\nplt.xticks([1, 3], ['one', 'three'])\nplt.yscale('log')\nplt.show()").await.remove(0);
    assert_eq!(line["type"], "line");
    assert_eq!((&line["title"], &line["x_label"], &line["y_label"]), (&json!("T"), &json!("x"), &json!("y")));
    assert_eq!(line["elements"], json!([{"label": "s", "points": [[1.0, 1.0], [3.0, 9.0]]}]));
    assert_eq!((&line["x_ticks"], &line["x_tick_labels"]), (&json!([1.0, 3.0]), &json!(["one", "three"])));
    assert_eq!((&line["x_scale"], &line["y_scale"]), (&json!("linear"), &json!("log")));

    let scatter = charts(&toolbox, "plt.scatter([1, 2], [3, 4], label='dots')\nplt.show()").await.remove(0);
    assert_eq!(scatter["type"], "scatter");
    assert_eq!(scatter["elements"], json!([{"label": "dots", "points": [[1.0, 3.0], [2.0, 4.0]]}]));
    assert!(scatter["y_ticks"].is_array());

    let bars = "plt.bar([-.2, .8], [1, 2], .4, label='m')\nplt.bar([.2, 1.2], [3, 4], .4, label='w')\nplt.xticks([0, 1], ['G1', 'G2'])\nplt.show()\nplt.barh(['a', 'b'], [5, 6])\nplt.show()";
    let bars = charts(&toolbox, bars).await;
    let bar = |label: &str, group: &str, value: f64| json!({"label": label, "group": group, "value": value});
    assert_eq!(bars.iter().map(|chart| &chart["type"]).collect::<Vec<_>>(), ["bar", "bar"]);
    let grouped = json!([bar("G1", "m", 1.0), bar("G2", "m", 2.0), bar("G1", "w", 3.0), bar("G2", "w", 4.0)]);
    assert_eq!(bars[0]["elements"], grouped);
    assert_eq!(bars[1]["elements"], json!([bar("a", "", 5.0), bar("b", "", 6.0)]));

    let pie =
        charts(&toolbox, "plt.pie([1, 3], labels=['p', 'q'], autopct='%1.0f%%')\nplt.show()").await.remove(0);
    assert_eq!(pie["type"], "pie");
    let slice = |label: &str, angle: f64, part: f64| json!({"label": label, "angle": angle, "radius": 1.0, "autopct": part});
    assert_eq!(pie["elements"], json!([slice("p", 90.0, 25.0), slice("q", 270.0, 75.0)]));

    let boxes = "plt.boxplot([[1, 2, 3, 4, 50], [2, 3, 4, 5, 6]], tick_labels=['one', 'two'])\nplt.show()";
    let boxes = charts(&toolbox, boxes).await.remove(0);
    assert_eq!(boxes["type"], "box_and_whisker");
    let first = json!({"label": "one", "min": 1.0, "first_quartile": 2.0, "median": 3.0, "third_quartile": 4.0, "max": 4.0, "outliers": [50.0]});
    assert_eq!((&boxes["elements"][0], &boxes["elements"][1]["label"]), (&first, &json!("two")));

    let both = "fig, (a, b) = plt.subplots(1, 2)\na.plot([1, 2])\nb.pie([1])\nfig.suptitle('C')\nplt.show()";
    let both = charts(&toolbox, both).await.remove(0);
    assert_eq!((&both["type"], &both["title"]), (&json!("composite_chart"), &json!("C")));
    let kinds: Vec<_> =
        both["elements"].as_array().expect("charts").iter().map(|chart| &chart["type"]).collect();
    assert_eq!(kinds, ["line", "pie"]);

    let unknown =
        charts(&toolbox, "plt.imshow([[1, 2]])\nplt.colorbar()\nplt.title('U')\nplt.show()").await.remove(0);
    assert_eq!((&unknown["type"], &unknown["title"]), (&json!("unknown"), &json!("U")));

    let named = charts(&toolbox, "import datetime as d\nplt.plot([d.date(2024, 1, 1)], ['yes'])\nplt.show()")
        .await
        .remove(0);
    assert_eq!(named["elements"][0]["points"], json!([["2024-01-01T00:00:00+00:00", "yes"]]));
    assert_eq!((&named["x_scale"], &named["y_scale"]), (&json!("datetime"), &json!("categorical")));
}

#[tokio::test]
async fn figures_are_shown_once_and_in_order() {
    let Some(toolbox) = Toolbox::start_with_tools().await else { return };
    let code = "for n in 'ab':\n    plt.figure()\n    plt.plot([1])\n    plt.title(n)\nplt.show()\nplt.plot([2])\nplt.title('c')\nplt.show()\nplt.show()\nfig, ax = plt.subplots()\nax.set_title('d')\nfig.show()\nplt.close(fig)\nplt.plot([3])\nplt.savefig('saved.png')";
    let titles: Vec<_> = charts(&toolbox, code).await.iter().map(|chart| chart["title"].clone()).collect();
    assert_eq!(titles, ["a", "b", "c", "d"], "a figure that is only saved is a file");
    assert!(toolbox.dir.join("saved.png").exists());
}

#[tokio::test]
async fn charts_never_break_a_program() {
    let Some(toolbox) = Toolbox::start_with_tools().await else { return };
    // A title that cannot be drawn, an axes whose description raises, text around.
    let code = "print('before')\nplt.plot([1])\nplt.title('$\\\\frac$')\nplt.show()\n\
                fig, ax = plt.subplots()\nax.get_title = lambda *a: 1 / 0\nax.plot([1])\nplt.show()\nprint('after')";
    let answer = toolbox.run("python", &format!("{BEGIN}{code}")).await;
    assert_eq!((&answer["exitCode"], &answer["stdout"]), (&json!(0), &json!("before\nafter\n")), "{answer}");
    let kinds: Vec<_> = answer["artifacts"]["charts"]
        .as_array()
        .expect("charts")
        .iter()
        .map(|chart| chart["type"].clone())
        .collect();
    assert_eq!(kinds, ["line", "unknown"]);
    assert!(
        answer["stderr"].as_str().is_some_and(|text| text.contains("a figure could not be drawn")),
        "{answer}"
    );

    // Sizes are bounded: a million points, and noise that no PNG makes small.
    let code = "import numpy as np\nplt.plot(np.arange(1_000_000))\nplt.show()\n\
                plt.figure(figsize=(20, 20), dpi=100)\nplt.imshow(np.random.rand(2000, 2000, 3))\nplt.show()";
    let large = toolbox.run("python", &format!("{BEGIN}{code}")).await;
    assert_eq!((&large["exitCode"], &large["stdout"]), (&json!(0), &json!("")), "{}", large["stderr"]);
    let large = large["artifacts"]["charts"].as_array().expect("charts");
    let points = large[0]["elements"][0]["points"].as_array().expect("points").len();
    assert!((5_000..=10_001).contains(&points), "{points}");
    assert!(large[1].to_string().len() < 4 << 20);

    let plain = "import matplotlib, os, sys\nprint(matplotlib.get_backend().lower(), 'MPLBACKEND' in os.environ, 'daytona' in str(list(sys.modules)))";
    assert_eq!(toolbox.run("python", plain).await["result"], "agg False False\n");
}
