//! A family of refresh tokens, as the standard and `oauth::grant::refresh_token` describe it.

use crate::support::DAY;

/// Seconds after its use in which a token is taken again.
const REPEATED: i64 = 30;

/// What happens to a family.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Refresh(String),
    Revoke(String),
    LogOut,
    Disable,
    ChangePassword,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Told {
    Tokens(String, Option<String>),
    Refused,
    Done,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Became {
    Unused,
    /// Used at that time, and led to the token of that number.
    Led(i64, usize),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) idle_end: i64,
    pub(super) became: Became,
}

/// All tokens that came of one grant.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Family {
    pub(super) rotates: bool,
    pub(super) offline: bool,
    pub(super) end: i64,
    pub(super) refresh: Vec<Token>,
    /// Each with its end.
    pub(super) access: Vec<(String, i64)>,
    pub(super) is_dead: bool,
}

impl Family {
    /// Whether the event, as the next one, would have had this answer; it has happened after that.
    pub(super) fn explains(&mut self, event: &Event, told: &Told, now: i64) -> bool {
        match event {
            Event::Refresh(token) => self.refreshed(token, told, now),
            Event::Revoke(token) => {
                let lives = self.lives(token, now);
                self.access.retain(|(text, _)| text != token || !lives);
                self.is_dead |= self.refresh.iter().any(|own| own.text == *token);
                *told == Told::Done
            }
            Event::LogOut => {
                self.is_dead |= !self.offline;
                *told == Told::Done
            }
            Event::Disable | Event::ChangePassword => {
                self.is_dead = true;
                *told == Told::Done
            }
        }
    }

    fn refreshed(&mut self, token: &str, told: &Told, now: i64) -> bool {
        let number = self.refresh.iter().position(|own| own.text == *token).unwrap();
        let known = &self.refresh[number];
        if self.is_dead || now >= known.idle_end {
            return *told == Told::Refused;
        }
        if let Became::Led(at, _) = known.became
            && now - at > REPEATED
        {
            self.is_dead = true;
            return *told == Told::Refused;
        }
        let Told::Tokens(access, next) = told else { return false };
        self.access.push((access.clone(), now + 600));
        let idle_end = (now + 14 * DAY).min(self.end);
        let newest = self.newest(number);
        match next {
            None if !self.rotates => self.refresh[number].idle_end = idle_end,
            Some(next) if newest != number => return self.refresh[newest].text == *next,
            Some(next) if self.rotates => {
                if self.refresh.iter().any(|own| own.text == *next) {
                    return false;
                }
                self.refresh[number].became = Became::Led(now, self.refresh.len());
                let text = next.clone();
                self.refresh.push(Token { text, idle_end, became: Became::Unused });
            }
            _ => return false,
        }
        true
    }

    /// The unused token that one led to.
    fn newest(&self, number: usize) -> usize {
        match self.refresh[number].became {
            Became::Unused => number,
            Became::Led(_, next) => self.newest(next),
        }
    }

    pub(super) fn lives(&self, access: &str, now: i64) -> bool {
        !self.is_dead && self.access.iter().any(|(text, end)| text == access && now < *end)
    }
}
