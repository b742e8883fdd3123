//! Two of Yew's hooks, under their names. Yew compiles each use of them anew, for it is known by what it depends on and by what
//! it does; here all of them are of one type.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use yew::functional::TearDown;
use yew::prelude::hook;

/// What a hook depends on.
trait Known {
    fn is(&self, other: &dyn Known) -> bool;
    fn any(&self) -> &dyn Any;
}

impl<T: PartialEq + 'static> Known for T {
    fn is(&self, other: &dyn Known) -> bool {
        other.any().downcast_ref() == Some(self)
    }

    fn any(&self) -> &dyn Any {
        self
    }
}

struct Anything(Rc<dyn Known>);

impl PartialEq for Anything {
    fn eq(&self, other: &Anything) -> bool {
        self.0.is(&*other.0)
    }
}

/// `yew::functional::use_effect_with`
#[hook]
pub fn use_effect_with<T, F, D>(known: T, effect: F)
where
    T: PartialEq + 'static,
    F: FnOnce(&T) -> D + 'static,
    D: TearDown,
{
    let known = Rc::new(known);
    let own = Rc::clone(&known);
    let effect = Box::new(move || {
        let end = effect(&own);
        Box::new(|| end.tear_down()) as Box<dyn FnOnce()>
    });
    use_any_effect(Anything(known), effect);
}

#[hook]
fn use_any_effect(known: Anything, effect: Box<dyn FnOnce() -> Box<dyn FnOnce()>>) {
    yew::functional::use_effect_with(known, move |_| effect());
}

/// What was made, and of what.
type Made = (Rc<dyn Known>, Rc<dyn Any>);

/// `yew::functional::use_memo`
#[hook]
pub fn use_memo<T, F, D>(known: D, make: F) -> Rc<T>
where
    T: 'static,
    F: FnOnce(&D) -> T,
    D: PartialEq + 'static,
{
    let made = use_made();
    let same = still(&made, &known).and_then(|made| made.downcast().ok());
    same.unwrap_or_else(|| {
        // Both at once may be much.
        made.take();
        let fresh = Rc::new(make(&known));
        *made.borrow_mut() = Some((Rc::new(known), Rc::clone(&fresh) as Rc<dyn Any>));
        fresh
    })
}

#[hook]
fn use_made() -> Rc<RefCell<Option<Made>>> {
    yew::functional::use_mut_ref(|| None)
}

/// What was made of the same.
fn still(made: &RefCell<Option<Made>>, known: &dyn Known) -> Option<Rc<dyn Any>> {
    let made = made.borrow();
    let (of, made) = made.as_ref()?;
    of.is(known).then(|| Rc::clone(made))
}
