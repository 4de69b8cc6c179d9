//! The explorer without a terminal: layers and keys in notation, the screen as text.
//!
//! ```text
//! let mut explorer = Explorer::open(LAYERS, 120, 40);
//! explorer.keys("/ p a s s enter w");
//! insta::assert_snapshot!(explorer.screen());
//! ```

use layertui::explorer::draw;
use layertui::explorer::model::geometry::Size;
use layertui::explorer::model::key::Key;
use layertui::explorer::model::message::{Mouse, MouseKind};
use layertui::explorer::model::own_entries::OwnEntries;
use layertui::explorer::model::state::State;
use layertui::explorer::{Effect, Message, update};
use layertui::image::config::Config;
use layertui::image::history::HistoryStep;
use layertui::image::layer::Layer;
use layertui::image::platform::Platform;
use layertui::image::problem::{Problem, Severity};
use layertui::image::{Image, Other};
use layertui::stack::Stack;
use layertui::stack::kept::table::Table;
use layertui::stack::notation;
use layertui::text::visible;
use layertui::text::width::width;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// All kinds of changes in six layers.
pub const LAYERS: &str = "
    0: +bin/ +bin/busybox:1131168#b0 +bin/sh->busybox +bin/ls=>bin/busybox +etc/ +etc/passwd:922#a1
       +etc/group:445 +etc/hostname:12#f0 +etc/ssl/ +etc/ssl/certs/ +etc/ssl/certs/ca-certificates.crt:219342
       +usr/ +usr/lib/ +usr/lib/libcrypto.so.3:4455392 +usr/lib/libssl.so.3:689424 +dev/ +dev/null*1.3@666
       +var/ +var/cache/ +var/cache/apk/ +var/cache/apk/APKINDEX.3022.tar.gz:1940312
       +var/cache/apk/APKINDEX.7713.tar.gz:421030 +var/log/ +tmp/@1777 |
    1: ~etc/passwd:951#a2 ~etc/group:458 +home/ +home/app/@750%1000.1000 +home/app/.profile:88%1000.1000
       +var/cache/apk/lock:0 |
    2: +usr/bin/ +usr/bin/node:96434328#c1 +usr/bin/npm->../lib/node_modules/npm/bin/npm-cli.js
       +usr/lib/node_modules/ +usr/lib/node_modules/npm/ +usr/lib/node_modules/npm/package.json:4991
       +usr/lib/node_modules/npm/README.md:2630 +usr/lib/node_modules/npm/bin/
       +usr/lib/node_modules/npm/bin/npm-cli.js:54 -var/cache/apk |
    3: +srv/ +srv/app/ +srv/app/server.js:48211#d1 +srv/app/config/ +srv/app/config/default.json:2210
       +srv/app/node_modules/ +srv/app/node_modules/express/ +srv/app/node_modules/express/index.js:224
       +srv/app/node_modules/express/History.md:114000 ~etc/hostname:12#f0 |
    4: ~usr/bin/node:96434328@4755#c1 +usr/lib/node_modules/npm/ !usr/lib/node_modules/npm
       +usr/lib/node_modules/npm/LICENSE:9742 |
    5: -srv/app/config/default.json +srv/app/config/production.json:2398 ~srv/app/server.js:48211#d1";

const COMMANDS: [&str; 6] = [
    "/bin/sh -c #(nop) ADD file:7625ddd589fb824ee39f1b1eb387b98f3676420ff52f26eb9d975151e889667 in / ",
    "RUN /bin/sh -c addgroup -S app && adduser -S app -G app # buildkit",
    "RUN |1 NODE_VERSION=22.11.0 /bin/sh -c set -eux; apk add --no-cache nodejs npm && rm -rf /var/cache/apk # buildkit",
    "COPY . /srv/app # buildkit",
    "RUN /bin/sh -c chmod u+s /usr/bin/node && npm prune --omit=dev # buildkit",
    "COPY config/production.json server.js /srv/app/ # buildkit",
];

/// An image with as many layers as [`LAYERS`].
pub fn image() -> Image {
    let digest = |seed: usize| {
        format!(
            "sha256:{}",
            format!("{:016x}", 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed as u64 + 1)).repeat(4)
        )
    };
    let layers = COMMANDS.iter().enumerate().map(|(index, command)| Layer {
        diff_id: Some(digest(index)),
        digest: Some(digest(index + 10)),
        media_type: Some("application/vnd.oci.image.layer.v1.tar+gzip".into()),
        compressed_bytes: Some([3_418_409, 1_211, 31_004_112, 52_390, 30_211_870, 3_204][index]),
        created_by: Some((*command).into()),
        comment: (index > 0).then(|| "buildkit.dockerfile.v0".to_owned()).map(Into::into),
        created: Some(format!("2024-11-1{index}T09:30:00Z").into()),
        writable: false,
        store: None,
        problems: Vec::new(),
    });
    let mut history: Vec<HistoryStep> = COMMANDS
        .iter()
        .enumerate()
        .map(|(index, command)| HistoryStep {
            created_by: Some((*command).into()),
            layer: Some(index),
            ..HistoryStep::default()
        })
        .collect();
    let empty = |text: &str| HistoryStep {
        created_by: Some(text.into()),
        empty_layer: true,
        ..HistoryStep::default()
    };
    history.insert(1, empty("ENV NODE_ENV=production"));
    history.push(empty("ENTRYPOINT [\"/usr/bin/node\" \"/srv/app/server.js\"]"));
    Image {
        reference: "oci-archive:shop.tar".into(),
        source: "oci-archive".to_owned(),
        id: Some(digest(90)),
        manifest_digest: Some(digest(91)),
        platform: Some(Platform {
            os: "linux".to_owned(),
            architecture: "arm64".to_owned(),
            variant: Some("v8".to_owned()),
        }),
        names: vec!["registry.example.org/shop/web:2.4.1".into()],
        config: Config {
            created: Some("2024-11-15T09:30:00Z".into()),
            user: Some("app".into()),
            env: vec![
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".into(),
                "NODE_ENV=production".into(),
            ],
            entrypoint: vec!["/usr/bin/node".into(), "/srv/app/server.js".into()],
            working_dir: Some("/srv/app".into()),
            labels: vec![
                ("org.opencontainers.image.revision".into(), "8f2c1e7".into()),
                ("org.opencontainers.image.title".into(), "Shop, web front".into()),
            ],
            exposed_ports: vec!["8080/tcp".into()],
            ..Config::default()
        },
        layers: layers.collect(),
        history,
        others: vec![
            Other {
                kind: "attestation".to_owned(),
                digest: Some(digest(95)),
                size: Some(1_233),
                present: true,
                note: "https://slsa.dev/provenance/v1".into(),
                ..Other::default()
            },
            Other {
                kind: "image".to_owned(),
                digest: Some(digest(96)),
                platform: Some(Platform {
                    os: "linux".to_owned(),
                    architecture: "amd64".to_owned(),
                    variant: None,
                }),
                size: Some(1_610),
                present: false,
                note: String::new().into(),
            },
        ],
        ..Image::default()
    }
}

/// The explorer without a terminal.
pub struct Explorer {
    pub state: State,
    pub stack: Stack,
    tables: Vec<Table>,
    pub effects: Vec<Effect>,
}

impl Explorer {
    /// Before any message.
    pub fn blank(width: u16, height: u16) -> Self {
        Self {
            state: State::new(Size { width, height }),
            stack: Stack::new(0),
            tables: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// The image is described, no layers are read.
    pub fn described(layers: &str, image: Image, width: u16, height: u16) -> Self {
        let tables =
            if layers.trim().is_empty() { Vec::new() } else { notation::layers(layers).unwrap() };
        let mut explorer =
            Self { stack: Stack::new(tables.len()), tables, ..Self::blank(width, height) };
        explorer.send(Message::Image(Box::new(image)));
        explorer
    }

    /// All layers are read; the topmost is selected and all is folded, whatever there is to see, so that a journey knows
    /// where it begins.
    pub fn of(layers: &str, image: Image, width: u16, height: u16) -> Self {
        let mut explorer = Self::described(layers, image, width, height);
        explorer.state.arranging = false;
        explorer.finish();
        explorer
    }

    /// All layers are read and no key was pressed: layer and unfolded directories are as the explorer chooses them.
    pub fn first_screen(layers: &str, image: Image, width: u16, height: u16) -> Self {
        let mut explorer = Self::described(layers, image, width, height);
        explorer.finish();
        explorer
    }

    /// Reads all layers.
    fn finish(&mut self) {
        for layer in 0..self.tables.len() {
            self.fold(layer);
        }
        self.stack.freeze();
        self.send(Message::Finished);
    }

    /// [`image`] with [`LAYERS`], read.
    pub fn open(width: u16, height: u16) -> Self {
        Self::of(LAYERS, image(), width, height)
    }

    /// Layers in notation, of an image without history.
    pub fn plain(layers: &str, width: u16, height: u16) -> Self {
        let layers_of_image = vec![Layer::default(); notation::layers(layers).unwrap().len()];
        let image =
            Image { reference: "test.tar".into(), layers: layers_of_image, ..Image::default() };
        Self::of(layers, image, width, height)
    }

    /// [`image`] with [`LAYERS`], read; the image and layer 2 have problems.
    pub fn with_problems(width: u16, height: u16) -> Self {
        let mut described = image();
        described.problems = vec!["the history has one step more than there are layers".into()];
        let mut explorer = Self::described(LAYERS, described, width, height);
        explorer.state.arranging = false;
        for layer in 0..explorer.tables.len() {
            match layer {
                2 => explorer.fold_broken(layer, "the gzip stream ends early, at byte 31,004,001"),
                _ => explorer.fold(layer),
            }
        }
        explorer.send(Message::Finished);
        explorer
    }

    /// A layer was read; those below it may not be merged.
    pub fn own_entries(&self, layer: usize) -> OwnEntries {
        OwnEntries::of(&self.tables[layer])
    }

    pub fn list(&mut self, layer: usize) {
        let entries = self.own_entries(layer);
        self.send(Message::Listed { layer, entries });
    }

    pub fn fold(&mut self, layer: usize) {
        self.list(layer);
        self.stack.fold(&self.tables[layer]);
        self.send(Message::Folded { layer, problems: Vec::new(), hidden: Vec::new() });
    }

    pub fn send(&mut self, message: Message) {
        let effects = update(&mut self.state, &self.stack, message);
        self.effects.extend(effects);
    }

    /// Keys in notation, separated by spaces.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for notation in keys.split_whitespace() {
            let key = Key::parse(notation).unwrap_or_else(|| panic!("{notation} is no key"));
            self.send(Message::Key(key));
        }
        self
    }

    /// Types text, one key for each character.
    pub fn type_text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.send(Message::Key(Key::plain(layertui::explorer::model::key::Code::Char(c))));
        }
        self
    }

    pub fn mouse(&mut self, kind: MouseKind, x: u16, y: u16) {
        self.send(Message::Mouse(Mouse { kind, x, y }));
    }

    pub fn resize(&mut self, width: u16, height: u16) {
        self.send(Message::Resize(Size { width, height }));
    }

    /// A layer is truncated.
    pub fn fold_broken(&mut self, layer: usize, message: &str) {
        self.fold_with(layer, Severity::Error, message);
    }

    /// A layer with a problem.
    pub fn fold_with(&mut self, layer: usize, severity: Severity, message: &str) {
        self.stack.fold(&self.tables[layer]);
        let problems = vec![Problem { severity, message: message.to_owned() }];
        self.send(Message::Folded { layer, problems, hidden: Vec::new() });
    }

    pub fn buffer(&self) -> Buffer {
        let Size { width, height } = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        // Without comparing it with the screen before, which is ratatui's work and takes as long as drawing.
        let mut frame = terminal.get_frame();
        draw::draw(&self.state, &self.stack, &mut frame);
        std::mem::take(frame.buffer_mut())
    }

    /// The screen as lines.
    pub fn text(&self) -> String {
        lines(&self.buffer(), |cell| cell.symbol().to_owned())
    }

    /// The screen as lines, and below it the style of each cell: a letter for its colour (a capital if bold), `d` dim,
    /// `B` bold, `u` underlined, `x` underlined in a colour, `/` struck out, `#` reversed, `%` reversed and struck out.
    pub fn screen(&self) -> String {
        let buffer = self.buffer();
        let looks = lines(&buffer, |cell| look(cell).to_string());
        format!("{}\n{looks}", lines(&buffer, |cell| cell.symbol().to_owned()))
    }

    /// The selected path of the focused pane.
    pub fn path(&self) -> String {
        let node = layertui::explorer::view::trees::current(&self.state, &self.stack);
        node.map_or_else(String::new, |node| {
            String::from_utf8_lossy(&self.stack.path(node)).into_owned()
        })
    }
}

fn lines(buffer: &Buffer, of: impl Fn(&Cell) -> String) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            if skip > 0 {
                skip -= 1;
                continue;
            }
            line.push_str(&of(cell));
            skip = width(&visible(cell.symbol())).saturating_sub(1);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn look(cell: &Cell) -> char {
    let has = |modifier| cell.modifier.contains(modifier);
    let colour = match cell.fg {
        Color::Reset => None,
        Color::Cyan => Some('c'),
        Color::LightCyan => Some('a'),
        Color::LightBlue => Some('b'),
        Color::LightYellow => Some('y'),
        Color::LightMagenta => Some('m'),
        Color::LightRed => Some('r'),
        other => panic!("{other:?} is no colour of a theme"),
    };
    match colour {
        _ if has(Modifier::REVERSED) && has(Modifier::CROSSED_OUT) => '%',
        _ if has(Modifier::REVERSED) => '#',
        _ if cell.symbol() == " " => ' ',
        _ if has(Modifier::CROSSED_OUT) => '/',
        Some(_) if has(Modifier::UNDERLINED) => 'x',
        Some(colour) if has(Modifier::BOLD) => colour.to_ascii_uppercase(),
        Some(colour) => colour,
        None if has(Modifier::UNDERLINED) => 'u',
        None if has(Modifier::BOLD) => 'B',
        None if has(Modifier::DIM) => 'd',
        None => '.',
    }
}
