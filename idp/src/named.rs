//! Enums whose variants have a name each, in the database, on the wire or in the log: the name
//! stands beside its variant, and once.

/// An enum with `ALL`, its variants in their order, and `as_str`, the name of each.
macro_rules! named {
    ($(#[$about:meta])* pub enum $kind:ident {
        $($(#[$doc:meta])* $variant:ident = $name:literal,)+
    }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $kind {
            $($(#[$doc])* $variant,)+
        }

        impl $kind {
            /// All of them, in their order.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// Its name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

/// The same, with `parse`, which reads a name that was stored.
macro_rules! stored {
    ($(#[$about:meta])* pub enum $kind:ident { $($variants:tt)+ }) => {
        named! {
            $(#[$about])*
            pub enum $kind { $($variants)+ }
        }

        impl $kind {
            /// The one of that name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|known| known.as_str() == name)
            }
        }
    };
}
