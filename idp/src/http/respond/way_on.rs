//! The way on, as pages show it.

use crate::pages::Application;
use crate::provider::login::way_on::WayOn;

/// What a page shows of the way on; nothing where no address is known, and its words must do.
pub(crate) fn shown(way: &WayOn) -> Option<Application<'_>> {
    let WayOn { application: name, address, resumes } = way;
    let known = !address.is_empty();
    known.then_some(Application { name, address, resumes: *resumes })
}
