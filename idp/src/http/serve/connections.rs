//! The open connections of one listener, and which of them are idle. There is room for so many in
//! all and so many of one network; when there is no room, the connection that has been idle for
//! longest makes way, so that connections which say nothing keep nobody out.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;
use tokio::sync::Notify;

/// Room for the connections of one listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    /// Connections in all.
    pub(super) all: usize,
    /// Connections of one network: an IPv4 /24 or an IPv6 /48.
    pub(super) per_network: usize,
}

/// The open connections of one listener. Cloning shares them.
#[derive(Clone, Debug)]
pub(super) struct Connections {
    room: Room,
    table: Arc<Mutex<Table>>,
}

#[derive(Debug, Default)]
struct Table {
    /// Numbers connections, and the moments at which they become idle.
    next: u64,
    open: HashMap<u64, Entry>,
    /// The idle ones, by the moment since when.
    idle: BTreeMap<u64, u64>,
    networks: HashMap<IpNet, OfNetwork>,
}

#[derive(Debug)]
struct Entry {
    network: Option<IpNet>,
    idle_since: Option<u64>,
    dropped: Arc<Notify>,
}

#[derive(Debug, Default)]
struct OfNetwork {
    open: usize,
    idle: BTreeMap<u64, u64>,
}

/// The place of one open connection; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    id: u64,
    connections: Connections,
    dropped: Arc<Notify>,
}

impl Connections {
    pub(super) fn new(room: Room) -> Self {
        Self { room, table: Arc::default() }
    }

    /// A place for a new connection, idle at first. Where there is no room, the one that has been
    /// idle for longest, in the same network or in all, is dropped. `None` when none of them is
    /// idle. A network of `None` is not counted: that of a proxy.
    pub(super) fn admit(&self, network: Option<IpNet>) -> Option<Place> {
        let mut table = self.table();
        let of_network = network.and_then(|network| table.networks.get(&network));
        if let Some(of_network) = of_network.filter(|own| own.open >= self.room.per_network) {
            let oldest = of_network.idle.first_key_value().map(|(_, id)| *id)?;
            table.drop_connection(oldest);
        }
        if table.open.len() >= self.room.all {
            let oldest = table.idle.first_key_value().map(|(_, id)| *id)?;
            table.drop_connection(oldest);
        }
        let id = table.number();
        let dropped = Arc::new(Notify::new());
        let entry = Entry { network, idle_since: None, dropped: Arc::clone(&dropped) };
        table.open.insert(id, entry);
        if let Some(network) = network {
            table.networks.entry(network).or_default().open += 1;
        }
        table.set_idle(id);
        Some(Place { id, connections: self.clone(), dropped })
    }

    /// Drops the connection that has been idle for longest, if there is one.
    pub(super) fn drop_oldest_idle(&self) {
        let mut table = self.table();
        if let Some(oldest) = table.idle.first_key_value().map(|(_, id)| *id) {
            table.drop_connection(oldest);
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many are open, and how many of them are idle.
    #[cfg(test)]
    pub(super) fn count(&self) -> (usize, usize) {
        let table = self.table();
        (table.open.len(), table.idle.len())
    }
}

impl Table {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn set_idle(&mut self, id: u64) {
        let now = self.number();
        let Some(entry) = self.open.get_mut(&id).filter(|entry| entry.idle_since.is_none()) else {
            return;
        };
        entry.idle_since = Some(now);
        self.idle.insert(now, id);
        if let Some(network) = entry.network
            && let Some(of_network) = self.networks.get_mut(&network)
        {
            of_network.idle.insert(now, id);
        }
    }

    fn set_busy(&mut self, id: u64) {
        let Some(entry) = self.open.get_mut(&id) else { return };
        let Some(since) = entry.idle_since.take() else { return };
        self.idle.remove(&since);
        if let Some(network) = entry.network
            && let Some(of_network) = self.networks.get_mut(&network)
        {
            of_network.idle.remove(&since);
        }
    }

    fn remove(&mut self, id: u64) -> Option<Entry> {
        self.set_busy(id);
        let entry = self.open.remove(&id)?;
        if let Some(network) = entry.network
            && let Some(of_network) = self.networks.get_mut(&network)
        {
            of_network.open -= 1;
            if of_network.open == 0 {
                self.networks.remove(&network);
            }
        }
        Some(entry)
    }

    fn drop_connection(&mut self, id: u64) {
        if let Some(entry) = self.remove(id) {
            entry.dropped.notify_one();
        }
    }
}

impl Place {
    /// Notes that a request is under way.
    pub(super) fn set_busy(&self) {
        self.connections.table().set_busy(self.id);
    }

    /// Notes that no request is under way.
    pub(super) fn set_idle(&self) {
        self.connections.table().set_idle(self.id);
    }

    /// Returns when the connection must make way for another one.
    pub(super) async fn dropped(&self) {
        self.dropped.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.table().remove(self.id);
    }
}

/// The network that connections are counted for: an IPv4 /24, or an IPv6 /48, which is what one
/// customer may have at most. `None` for a trusted proxy, which brings everybody's requests.
pub(super) fn counted_network(peer: IpAddr, trusted: &[IpNet]) -> Option<IpNet> {
    let peer = peer.to_canonical();
    if trusted.iter().any(|proxy| proxy.contains(&peer)) {
        return None;
    }
    let network = match peer {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            IpNet::new(Ipv4Addr::new(a, b, c, 0).into(), 24)
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            IpNet::new(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into(), 48)
        }
    };
    network.ok()
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn network(last: u8) -> Option<IpNet> {
        counted_network(IpAddr::from([192, 0, last, 7]), &[])
    }

    fn is_dropped(place: &Place) -> bool {
        place.dropped().now_or_never().is_some()
    }

    #[test]
    fn the_longest_idle_connection_is_closed_if_the_limit_is_reached() {
        let connections = Connections::new(Room { all: 3, per_network: 9 });
        let places: Vec<_> = (0..3).map(|n| connections.admit(network(n)).unwrap()).collect();
        places[0].set_busy();
        let fourth = connections.admit(network(3)).unwrap();
        assert!(is_dropped(&places[1]) && !is_dropped(&places[0]) && !is_dropped(&places[2]));
        // What was idle before it was busy counts from when it is idle again.
        places[0].set_idle();
        let fifth = connections.admit(network(4)).unwrap();
        assert!(is_dropped(&places[2]) && !is_dropped(&places[0]));
        assert_eq!(connections.count(), (3, 3));
        for place in [&places[0], &fourth, &fifth] {
            place.set_busy();
        }
        assert!(connections.admit(network(5)).is_none(), "nobody who is served makes way");
        drop(fifth);
        assert!(connections.admit(network(5)).is_some());
    }

    #[test]
    fn connections_beyond_the_share_of_a_network_close_only_its_own() {
        let connections = Connections::new(Room { all: 99, per_network: 2 });
        let other = connections.admit(network(1)).unwrap();
        let greedy: Vec<_> = (0..9).map(|_| connections.admit(network(0)).unwrap()).collect();
        let dropped = greedy.iter().filter(|place| is_dropped(place)).count();
        assert_eq!((dropped, connections.count().0), (7, 3));
        assert!(!is_dropped(&other));
        greedy[7].set_busy();
        greedy[8].set_busy();
        assert!(connections.admit(network(0)).is_none());
        let proxied: Vec<_> = (0..9).map(|_| connections.admit(None).unwrap()).collect();
        assert!(proxied.iter().all(|place| !is_dropped(place)));
        drop((greedy, proxied, other));
        assert_eq!(connections.count(), (0, 0));
        assert!(connections.table().networks.is_empty(), "networks that are gone are forgotten");
    }

    #[test]
    fn connections_are_counted_by_24_or_48_and_not_for_trusted_proxies() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        for (peer, counted) in [
            ("192.0.2.7", Some("192.0.2.0/24")),
            ("::ffff:192.0.2.9", Some("192.0.2.0/24")),
            ("2001:db8:1:2:3::4", Some("2001:db8:1::/48")),
            ("10.1.2.3", None),
            ("::ffff:10.1.2.3", None),
        ] {
            let counted = counted.map(|network| network.parse().unwrap());
            assert_eq!(counted_network(peer.parse().unwrap(), &trusted), counted, "{peer}");
        }
    }
}
