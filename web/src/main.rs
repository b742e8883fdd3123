//! Starts the page.

fn main() {
    kmalloc_web::app::start();
}
