/** What buttons say, by the action of the API. */
export const LABELS = {
  wake: "Wake",
  "scale-down": "Scale down",
  retry: "Retry",
  repair: "Repair",
  approve: "Approve",
  reject: "Reject",
  cancel: "Cancel",
  rollback: "Roll back",
  delete: "Delete",
  force: "Delete by force",
  edit: "Change",
  new: "New environment",
  register: "Register a version",
  plan: "Show the plan",
  sweep: "Run a sweep",
};
