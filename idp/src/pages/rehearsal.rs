//! Every page in each of its states. An undefined name in a template's condition is silently
//! false, so only showing the page tells whether it can be shown: the tests do so with the
//! embedded templates, and the program does so at start when a folder replaces some.

use super::login::{
    consent, device, email, form_post, interaction_ended, leave, link, link_dead, logout,
    no_address, other_browser, password, sent,
};
use super::rehearsed::Rehearsed;
use super::{Error, Foot, Frame, HelpDesk, Pages};
use super::{about, acr, error};
use crate::account::language::Language;

/// One page: its file, and what its samples look like.
type Shown = (&'static str, Vec<String>);

type Show = fn(&Pages, &Frame<'_>) -> Result<Shown, Error>;

const PROGRAMME: [Show; 20] = [
    show::<about::Accessibility>,
    show::<about::Privacy>,
    show::<acr::Acr<'static>>,
    show::<consent::Consent<'static>>,
    show::<device::Device<'static>>,
    show::<device::DeviceDone<'static>>,
    show::<email::Email<'static>>,
    show::<error::ErrorPage<'static>>,
    show::<form_post::FormPost<'static>>,
    show::<interaction_ended::InteractionEnded<'static>>,
    show::<leave::Leave<'static>>,
    show::<link::Link<'static>>,
    show::<link_dead::LinkDead<'static>>,
    show::<password::Login<'static>>,
    show::<logout::Logout<'static>>,
    show::<logout::LogoutDone<'static>>,
    show::<no_address::NoAddress<'static>>,
    show::<other_browser::OtherBrowser<'static>>,
    show::<sent::Sent<'static>>,
    show::<sent::StatusLine<'static>>,
];

/// Shows every sample of every page in one language.
pub(super) fn rehearse(pages: &Pages, language: Language) -> Result<Vec<Shown>, Error> {
    let help_desk = HelpDesk {
        name: "Intrastat helpdesk",
        email: "intrastat@example.se",
        phone: "010-479 50 00",
    };
    rehearse_with(pages, language, help_desk)
}

/// The same with another help desk, or none.
pub(super) fn rehearse_with(
    pages: &Pages,
    language: Language,
    help_desk: HelpDesk<'_>,
) -> Result<Vec<Shown>, Error> {
    let foot = Foot { accessibility: about::ACCESSIBILITY, privacy: about::PRIVACY };
    let frame = Frame { language, service: "Exempelmyndigheten", path: "/here", help_desk, foot };
    PROGRAMME.iter().map(|show| show(pages, &frame)).collect()
}

fn show<P: Rehearsed>(pages: &Pages, frame: &Frame<'_>) -> Result<Shown, Error> {
    let mut shown = Vec::new();
    for page in P::samples() {
        shown.push(pages.render_framed(&page, frame)?);
    }
    Ok((P::FILE, shown))
}
