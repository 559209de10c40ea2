# The whole subscription, not only what carries our tags: what somebody built beside Gridplane has
# to be paid, too.
resource "azurerm_consumption_budget_subscription" "this" {
  name            = "gridplane-${var.stage}"
  subscription_id = var.scope
  amount          = var.budget.amount
  time_grain      = "Monthly"

  time_period {
    start_date = var.budget.start_date
  }

  dynamic "notification" {
    for_each = toset(var.budget.thresholds)

    content {
      operator       = "GreaterThanOrEqualTo"
      threshold      = notification.value
      threshold_type = "Actual"
      contact_emails = var.alert_emails
    }
  }

  # GPU costs come in days late; the forecast is the first to tell, and the fifth of the five
  # notifications that Azure takes.
  notification {
    operator       = "GreaterThan"
    threshold      = 100
    threshold_type = "Forecasted"
    contact_emails = var.alert_emails
  }
}
