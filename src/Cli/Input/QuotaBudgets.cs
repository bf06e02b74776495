using System.Globalization;
using Gateway.Contracts;

namespace Cli.Input;

/// <summary>"5000/month" into a budget and back, and "800:gpu=16" into a priority cap.</summary>
internal static class QuotaBudgets
{
    /// <exception cref="CliException">Usage.</exception>
    public static QuotaBudget Parse(string what, string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var hours = Quantity.Integer($"{what} hours", slash < 0 ? text : text[..slash], 0, Limits.MaxQuotaBudgetHours);
        return (slash < 0 ? "none" : text[(slash + 1)..]) switch
        {
            "none" => new QuotaBudget { Hours = hours },
            "month" => new QuotaBudget { Hours = hours, Period = "month" },
            "week" => new QuotaBudget { Hours = hours, Period = "week" },
            [.. var days, 'd'] => new QuotaBudget { Hours = hours, Period = "rolling", Days = Quantity.Integer($"{what} days", days, 1, Limits.MaxQuotaBudgetDays) },
            _ => throw CliException.Usage($"{what} is \"{text}\"; write 5000, 5000/month, 5000/week or 5000/30d"),
        };
    }

    /// <exception cref="CliException">Usage.</exception>
    public static IReadOnlyList<QuotaPriorityCap>? Caps(string what, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return null;
        }

        var caps = new SortedDictionary<long, List<string>>();
        foreach (var value in values)
        {
            var colon = value.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                throw CliException.Usage($"{what} is \"{value}\"; write 800:gpu=16");
            }

            var priority = Quantity.Integer($"{what} priority", value[..colon], 1, Limits.MaxPriority);
            if (!caps.TryGetValue(priority, out var amounts))
            {
                caps.Add(priority, amounts = []);
            }

            amounts.Add(value[(colon + 1)..]);
        }

        return [.. caps.Select(c => new QuotaPriorityCap { MinPriority = c.Key, Amounts = QuotaAmounts.Parse(what, c.Value) })];
    }

    public static string? Show(QuotaBudget? budget) => budget switch
    {
        null => null,
        { Period: "rolling" } => string.Create(CultureInfo.InvariantCulture, $"{budget.Days}d"),
        _ => budget.Period ?? "none",
    };

    public static string Hours(double hours) => hours.ToString("0.#", CultureInfo.InvariantCulture);
}
