//! The explorer: terminal, loader and state joined by one queue of messages.
//!
//! The only place that carries out effects. The loop blocks until an event arrives, handles all events in the queue, and
//! draws once.

mod background;
mod comparing;
mod error;
mod event;
mod extracting;
mod judging;
mod listing;
mod opening;
mod pager;
mod rate;
mod reading;
mod reloading;
mod searching;
pub(crate) mod settings;
mod viewer;
mod worker;
mod workers;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use crate::explorer::model::message::{Effect, Message};
use crate::explorer::model::state::State;
pub(crate) use crate::explorer::run::error::Error;
use crate::explorer::run::event::RunEvent;
use crate::explorer::run::rate::Rate;
use crate::explorer::run::settings::StartSettings;
use crate::explorer::run::worker::spawn;
use crate::explorer::terminal::background::LateAnswer;
use crate::explorer::terminal::{Session, Signal};
use crate::explorer::{draw, terminal, update, view};
use crate::image::platform::Platform;
use crate::load::Loader;
use crate::load::settings::OpenSettings;
use crate::source::{self, Opened, Several, Source};
use crate::stack::Stack;

/// An image that opens within this time is in the first frame; an error within it is printed without entering the screen.
const FIRST_FRAME_DEADLINE: Duration = Duration::from_millis(150);

/// Runs the explorer on what `open` opens. Layers whose listing is in the cache are not read again.
///
/// # Errors
///
/// Where nothing can be opened within [`FIRST_FRAME_DEADLINE`], where the terminal cannot be used, or a signal ends it.
pub(crate) fn run(
    start: StartSettings,
    open: impl FnOnce() -> Result<Opened, source::Error> + Send + 'static,
) -> Result<(), Error> {
    let (send, receive) = mpsc::channel();
    spawn(&send, "open", move |send| {
        let _ = send.send(RunEvent::Opened(open()));
    })?;
    let first = match receive.recv_timeout(FIRST_FRAME_DEADLINE) {
        Ok(RunEvent::Opened(Err(error))) => return Err(error.into()),
        Ok(event) => Some(event),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => None,
    };
    let session = Session::enter(start.mouse()).map_err(Error::Unusable)?;
    let asks = start.asks_background();
    let mut explorer = Explorer::new(session, send, start)?;
    let (ends, late) = explorer.fit_background(asks)?;
    if ends {
        return Ok(());
    }
    explorer.listen(late)?;
    explorer.explore(first, &receive)?;
    explorer.outcome()
}

struct Explorer {
    session: Session,
    state: State,
    send: Sender<RunEvent>,
    loader: Option<Loader>,
    load_number: u64,
    rate: Rate,
    several: Option<Arc<Several>>,
    /// Number of the newest request to open a choice.
    choice_number: u64,
    /// The notice about a temporary copy of the contents was shown.
    announced: bool,
    settings: OpenSettings,
    /// The reference of the image that is shown.
    reference: Option<String>,
    /// The platform, if another one of the image was opened.
    platform: Option<Platform>,
    /// The number of the viewer's newest request.
    newest_read: Arc<AtomicU64>,
    /// Number of the newest request for the pager.
    pager_requests: Arc<AtomicU64>,
    stop_extracting: Arc<AtomicBool>,
    stop_contents: Arc<AtomicBool>,
    stop_comparing: Arc<AtomicBool>,
    stop_reloading: Arc<AtomicBool>,
    /// Stops following a container's layer.
    stop_following: Arc<AtomicBool>,
    /// The image that the comparison was started from, to return to.
    before_comparison: Option<(State, Loader)>,
    /// Drawn while there is no image.
    empty_stack: Stack,
}

impl Explorer {
    fn new(session: Session, send: Sender<RunEvent>, start: StartSettings) -> Result<Self, Error> {
        let mut state = State::new(session.size().map_err(Error::TerminalLost)?);
        start.apply(&mut state);
        let empty_stack = Stack::new(0);
        Ok(Self {
            session,
            state,
            send,
            loader: None,
            load_number: 0,
            rate: Rate::new(0, Instant::now()),
            several: None,
            choice_number: 0,
            announced: false,
            settings: start.open,
            reference: start.reference,
            platform: None,
            newest_read: Arc::default(),
            pager_requests: Arc::default(),
            stop_extracting: Arc::default(),
            stop_contents: Arc::default(),
            stop_comparing: Arc::default(),
            stop_reloading: Arc::default(),
            stop_following: Arc::default(),
            before_comparison: None,
            empty_stack,
        })
    }

    fn listen(&self, late: LateAnswer) -> Result<(), Error> {
        let send = self.send.clone();
        terminal::spawn_input(late, move |input| send.send(RunEvent::Input(input)).is_ok())
            .map_err(Error::Thread)?;
        let send = self.send.clone();
        terminal::spawn_signals(move |signal| send.send(RunEvent::Signal(signal)).is_ok())
            .map_err(Error::Thread)?;
        Ok(())
    }

    fn explore(
        &mut self,
        first: Option<RunEvent>,
        receive: &Receiver<RunEvent>,
    ) -> Result<(), Error> {
        let mut next = first;
        loop {
            while let Some(event) = next {
                if self.handle(event)? {
                    return Ok(());
                }
                next = receive.try_recv().ok();
            }
            self.draw()?;
            next = if view::filter::is_computing(&self.state) {
                // Filter and everything ever go on while no other event is queued.
                let go_on = RunEvent::Message(Message::Continue);
                Some(receive.try_recv().unwrap_or(go_on))
            } else {
                // `self.send` keeps the channel open: this never fails.
                receive.recv().ok()
            };
        }
    }

    fn draw(&mut self) -> Result<(), Error> {
        let Self { session, state, loader, empty_stack, .. } = self;
        match loader {
            Some(loader) => {
                let stack = loader.stack();
                session.draw(|frame| draw::draw(state, &stack, frame))
            }
            None => session.draw(|frame| draw::draw(state, empty_stack, frame)),
        }
        .map_err(Error::TerminalLost)
    }

    /// Returns whether the explorer ends.
    fn handle(&mut self, event: RunEvent) -> Result<bool, Error> {
        match event {
            RunEvent::Input(input) => self.dispatch(input.map_err(Error::TerminalLost)?),
            RunEvent::Signal(Signal::End(number)) => Err(Error::Signal(number)),
            RunEvent::Signal(Signal::Suspend) => {
                self.session.suspend().map_err(Error::TerminalLost)?;
                Ok(false)
            }
            RunEvent::Signal(Signal::Continue) => {
                self.session.resume().map_err(Error::TerminalLost)?;
                Ok(false)
            }
            RunEvent::Opened(Ok(Opened::Image(source))) => self.show_image(source),
            RunEvent::Opened(Ok(Opened::Several(several))) => self.offer_choices(several),
            RunEvent::Opened(Err(error)) => Err(error.into()),
            RunEvent::ChoiceOpened(number, chosen) if number == self.choice_number => {
                self.chosen(chosen)
            }
            RunEvent::Load(number, event) if number == self.load_number => self.handle_load(event),
            RunEvent::Message(message) => self.dispatch(message),
            RunEvent::PagerReady(number, ready) => {
                Ok(self.run_pager(number, ready)? || self.report_changed_layers()?)
            }
            RunEvent::ComparisonReady(number, made) if number == self.load_number => {
                self.enter_comparison(*made)
            }
            RunEvent::Written(following) if Arc::ptr_eq(&following, &self.stop_following) => {
                self.dispatch(Message::Written)
            }
            RunEvent::Reloaded(number, rebuilt)
                if number == self.load_number && self.state.reloading.is_some() =>
            {
                self.reloaded(*rebuilt)
            }
            // The answer may come from files that were read.
            RunEvent::Answer(number, message) if number == self.load_number => {
                Ok(self.dispatch(message)? || self.report_changed_layers()?)
            }
            RunEvent::ChoiceOpened(..)
            | RunEvent::Answer(..)
            | RunEvent::Load(..)
            | RunEvent::ComparisonReady(..)
            | RunEvent::Reloaded(..)
            | RunEvent::Written(..) => Ok(false),
        }
    }

    /// Shows an image and starts reading its layers.
    fn load(&mut self, source: Box<dyn Source>) -> Result<bool, Error> {
        self.abandon_work();
        self.follow(false)?;
        let loader = Loader::new(Arc::from(source), self.settings.cache.clone());
        let image = Box::new(loader.source().image().clone());
        self.loader = Some(loader);
        self.announced = false;
        self.read()?;
        self.dispatch(Message::Image(image))
    }

    /// Stops everything that works on the image that is shown. Its answers are ignored from here on.
    fn abandon_work(&mut self) {
        if let Some(loader) = &self.loader {
            loader.stop();
        }
        for stop in
            [&self.stop_extracting, &self.stop_contents, &self.stop_comparing, &self.stop_reloading]
        {
            stop.store(true, Ordering::Relaxed);
        }
        // No request has this number.
        std::mem::take(&mut self.newest_read).store(u64::MAX, Ordering::Relaxed);
        self.pager_requests.fetch_add(1, Ordering::Relaxed);
        self.load_number += 1;
    }

    /// Reports the layers whose files were changed after they were opened.
    fn report_changed_layers(&mut self) -> Result<bool, Error> {
        let Some(loader) = &self.loader else { return Ok(false) };
        let source = loader.source();
        let layers = 0..source.image().layers.len();
        let changed: Vec<usize> = layers.filter(|layer| source.changed(*layer)).collect();
        if changed.is_empty() { Ok(false) } else { self.dispatch(Message::Changed(changed)) }
    }

    /// Updates the state with a message and carries out the effects. Returns whether the explorer ends.
    fn dispatch(&mut self, message: Message) -> Result<bool, Error> {
        let effects = match &self.loader {
            Some(loader) => update(&mut self.state, &loader.stack(), message),
            None => update(&mut self.state, &self.empty_stack, message),
        };
        for effect in effects {
            if self.perform(effect)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn perform(&mut self, effect: Effect) -> Result<bool, Error> {
        match effect {
            Effect::Quit => return Ok(true),
            Effect::Suspend => match self.session.suspend() {
                Err(error) if error.kind() == std::io::ErrorKind::Unsupported => {
                    return self.dispatch(Message::Notice(error.to_string()));
                }
                suspended => suspended.map_err(Error::TerminalLost)?,
            },
            // The event of the cancelled request is ignored by its number.
            Effect::CancelChoice => self.choice_number += 1,
            Effect::StopReading => {
                if let Some(loader) = &self.loader {
                    loader.stop();
                }
            }
            Effect::ResumeReading => {
                if let Some(loader) = &self.loader {
                    loader.resume();
                }
                self.read()?;
            }
            Effect::Prefer(pairs) => {
                if let Some(loader) = &self.loader {
                    loader.prefer(pairs);
                }
            }
            Effect::Copy(text) => self.session.copy(&text.plain()).map_err(Error::TerminalLost)?,
            Effect::OpenChoice(choice) => self.choose(choice)?,
            Effect::OpenPlatform(platform) => self.open_platform(platform)?,
            Effect::ShowLayer(layer) => {
                if let Some(loader) = &self.loader {
                    loader.show(layer);
                }
            }
            Effect::ReadPart(request) => self.read_part(request)?,
            Effect::OpenPager(event) => self.prepare_pager(event)?,
            Effect::ReadPackages { database_layer, layer } => {
                self.read_packages(database_layer, layer)?;
            }
            Effect::FindProblems => self.find_problems()?,
            Effect::SearchContents { number, pattern, below } => {
                self.search_contents(number, &pattern, below)?;
            }
            Effect::StopContents => self.stop_contents.store(true, Ordering::Relaxed),
            Effect::ListPaths(text) => self.list_paths(text)?,
            Effect::Follow(on) => self.follow(on)?,
            Effect::Reload(layer) => self.reload(layer)?,
            Effect::StopReload => self.stop_reloading.store(true, Ordering::Relaxed),
            Effect::StartComparison(reference) => self.compare(reference)?,
            Effect::StopComparison => self.stop_comparing.store(true, Ordering::Relaxed),
            Effect::LeaveComparison => return self.leave_comparison(),
            Effect::StartExtraction(request) => self.extract(request)?,
            Effect::StopExtraction => self.stop_extracting.store(true, Ordering::Relaxed),
            Effect::CaptureMouse(on) => self.session.set_mouse(on).map_err(Error::TerminalLost)?,
            Effect::Redraw => self.session.redraw().map_err(Error::TerminalLost)?,
        }
        Ok(false)
    }
}
