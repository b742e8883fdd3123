//! One component for all parts of the page.
//!
//! Yew compiles the making, comparing, drawing and forgetting of a component anew for each type of component. Here there is one
//! type, and what it draws is a value: a function component with what it is given. It is drawn again, as any component, when
//! that has changed, and has its own state.

use std::any::{Any, type_name};
use std::rc::Rc;

use yew::functional::{FunctionComponent, FunctionProvider, HookContext};
use yew::html::{BaseComponent, Context, HtmlResult};
use yew::prelude::*;
use yew::virtual_dom::Key;

/// A function component with what it is given.
struct Given<F: FunctionProvider>(F::Properties);

/// The same, whatever its type.
trait Drawn {
    fn draw(&self, hooks: &mut HookContext) -> HtmlResult;
    fn is(&self, other: &dyn Drawn) -> bool;
    fn any(&self) -> &dyn Any;
}

impl<F> Drawn for Given<F>
where
    F: FunctionProvider + 'static,
    F::Properties: 'static,
{
    fn draw(&self, hooks: &mut HookContext) -> HtmlResult {
        F::run(hooks, &self.0)
    }

    fn is(&self, other: &dyn Drawn) -> bool {
        let other = other.any().downcast_ref::<Given<F>>();
        other.is_some_and(|other| self.0 == other.0)
    }

    fn any(&self) -> &dyn Any {
        self
    }
}

/// What the component is given.
#[derive(Properties)]
pub struct Props {
    drawn: Rc<dyn Drawn>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Props) -> bool {
        self.drawn.is(&*other.drawn)
    }
}

/// The component.
pub struct Part(FunctionComponent<Part>);

impl FunctionProvider for Part {
    type Properties = Props;

    fn run(hooks: &mut HookContext, props: &Props) -> HtmlResult {
        props.drawn.draw(hooks)
    }
}

// As `#[component]` writes it.
impl BaseComponent for Part {
    type Message = ();
    type Properties = Props;

    fn create(ctx: &Context<Part>) -> Part {
        Part(FunctionComponent::new(ctx))
    }

    fn update(&mut self, _: &Context<Part>, (): ()) -> bool {
        true
    }

    fn changed(&mut self, _: &Context<Part>, _: &Props) -> bool {
        true
    }

    fn view(&self, ctx: &Context<Part>) -> HtmlResult {
        self.0.render(ctx.props())
    }

    fn rendered(&mut self, _: &Context<Part>, _: bool) {
        self.0.rendered();
    }

    fn destroy(&mut self, _: &Context<Part>) {
        self.0.destroy();
    }

    fn prepare_state(&self) -> Option<String> {
        self.0.prepare_state()
    }
}

/// A part of the page. By its key it never takes over the state of another sort of part in the same place.
pub fn part<F>(given: F::Properties) -> Html
where
    F: FunctionProvider + 'static,
    F::Properties: 'static,
{
    keyed::<F>(type_name::<F>().into(), given)
}

/// A part that a list has several of, with its key there: every one of the list is of this sort.
pub fn keyed<F>(key: Key, given: F::Properties) -> Html
where
    F: FunctionProvider + 'static,
    F::Properties: 'static,
{
    drawn(key, Rc::new(Given::<F>(given)))
}

fn drawn(key: Key, drawn: Rc<dyn Drawn>) -> Html {
    html! { <Part {key} {drawn} /> }
}

/// The part that is the whole page.
pub fn show<F>(given: F::Properties)
where
    F: FunctionProvider + 'static,
    F::Properties: 'static,
{
    let drawn = Rc::new(Given::<F>(given));
    yew::Renderer::<Part>::with_props(Props { drawn }).render();
}
