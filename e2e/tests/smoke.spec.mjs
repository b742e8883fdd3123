// The page opens: before anything else is tested, it is there and says what it is.
import { axe, expect, test } from "../lab.mjs";

test("the page opens without an error", async ({ page }) => {
  await page.goto("/");
  await expect(page).toHaveTitle("kmalloc lab");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});

test("the first screen has no axe violation", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await axe(page);
});
