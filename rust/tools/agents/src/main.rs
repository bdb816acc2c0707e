//! Prints the bot, the browser and the system of each user agent on standard input, one per line, separated by tabs.
//! The bot is empty for browsers.

use std::error::Error;
use std::io;

use analytics_api::collect::agent;

#[expect(clippy::print_stdout, reason = "the output is for the operator")]
fn main() -> Result<(), Box<dyn Error>> {
    for line in io::stdin().lines() {
        let agent = agent(&line?, "");
        println!("{}\t{}\t{}", agent.bot.unwrap_or_default(), agent.browser, agent.system);
    }
    Ok(())
}
