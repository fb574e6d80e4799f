//! P35, P38: an address as a person types it or a cell holds it.
#![no_main]

use idp::contact::address::{Address, LONGEST};
use idp::contact::mask;

libfuzzer_sys::fuzz_target!(|text: &str| {
    // Shown to people whatever stands in the cell.
    let _ = mask::hint(text);
    if let Ok(typed) = Address::parse_typed(text) {
        assert_eq!(Address::parse(typed.as_str()), Ok(typed));
    }
    let Ok(address) = Address::parse(text) else { return };
    assert_eq!(address.as_str(), text);
    assert_eq!(Address::parse(address.as_str()), Ok(address.clone()));
    assert_eq!(Address::parse_typed(text), Ok(address.clone()));
    for form in [address.as_str(), address.canonical(), &address.envelope()] {
        assert_eq!(form.matches('@').count(), 1);
        assert!(form.len() <= LONGEST, "{form}");
        assert!(!form.contains(|c: char| c.is_control() || " ,;<>\"()\\".contains(c)), "{form}");
        let again = Address::parse(form).expect("another form of an address");
        assert_eq!(again.canonical(), address.canonical(), "{form}");
    }
    assert!(address.envelope().is_ascii() && address.domain().contains('.'));
    if address.as_str().is_ascii() {
        assert_eq!(address.envelope(), address.as_str());
    }
    let upper = Address::parse(&text.to_ascii_uppercase()).expect("the same in capitals");
    assert_eq!(upper.canonical(), address.canonical());
});
