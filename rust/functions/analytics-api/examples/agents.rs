//! Prints the bot of each user agent on the standard input, a line each; an empty line for people. A line of the output
//! has the browser and the system, too, behind tabs.

use std::error::Error;
use std::io;

use analytics_api::collect::agent;

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
fn main() -> Result<(), Box<dyn Error>> {
    for line in io::stdin().lines() {
        let agent = agent(&line?, "");
        println!("{}\t{}\t{}", agent.bot.unwrap_or_default(), agent.browser, agent.system);
    }
    Ok(())
}
