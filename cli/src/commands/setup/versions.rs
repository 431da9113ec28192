//! Every version the tools layer is made of, in one place.

/// From npm's registry. tsx runs TypeScript without type checks: ts-node would bring the compiler into every run
/// and start three times slower, and is here only for the clients of version 0.14, which ask for it by name.
/// typescript is here for its language server, which version 7 no longer has.
pub(super) const NODE: [&str; 4] =
    ["tsx@4.23.15", "ts-node@10.9.2", "typescript@5.9.3", "typescript-language-server@5.3.0"];

/// The documents' default image, of the packages it lists those for data, charts, web and model clients. The
/// others (keras, transformers, opencv-python, the agent frameworks) would take a GiB more.
pub(super) const PYTHON: [&str; 14] = [
    "anthropic==0.49.0",
    "beautifulsoup4==4.13.3",
    "django==5.1.7",
    "flask==3.1.0",
    "matplotlib==3.10.1",
    "numpy==2.2.3",
    "openai==1.65.4",
    "pandas==2.2.3",
    "pillow==11.1.0",
    "requests==2.32.3",
    "scikit-learn==1.6.1",
    "scipy==1.15.2",
    "seaborn==0.13.2",
    "SQLAlchemy==2.0.38",
];
/// The versions of Python for which all of these exist; others get the newest of each package.
pub(super) const PYTHON_MINORS: std::ops::RangeInclusive<u32> = 10..=13;

/// The Python language server.
pub(super) const PYTHON_LSP: [&str; 1] = ["python-lsp-server==1.15.0"];
