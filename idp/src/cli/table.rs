//! Lists, for people and for machines.

use serde_json::Value;

/// Prints rows: as a table with a heading, or as a JSON list. An empty table says that it is empty.
///
/// # Errors
/// When the rows cannot be written as JSON.
pub(super) fn print(
    columns: &[&str],
    rows: &[Value],
    as_json: bool,
    empty: &str,
) -> anyhow::Result<()> {
    if as_json {
        println!("{}", serde_json::to_string_pretty(rows)?);
        return Ok(());
    }
    if rows.is_empty() {
        println!("{empty}");
        return Ok(());
    }
    let head: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
    let cells = rows.iter().map(|row| columns.iter().map(|name| cell(&row[*name])).collect());
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(cells).collect();
    let width = |column: usize| {
        lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..columns.len()).map(width).collect();
    for line in lines {
        let padded = line.iter().zip(&widths).map(|(text, width)| format!("{text:width$}"));
        println!("{}", padded.collect::<Vec<_>>().join("  ").trim_end());
    }
    Ok(())
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
