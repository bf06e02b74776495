using System.Collections.Immutable;
using Gateway.Contracts;
using Scheduling.Model;
using Scheduling.Quotas;
using QuotaTree = Gateway.Contracts.QuotaTree;

namespace Gateway.Api;

/// <summary>Quota settings and trees, from the contracts and to them.</summary>
internal static class QuotaMapper
{
    private const double MilliSecondsPerHour = 3_600_000;

    public static QuotaSpec ToSpec(QuotaSettings settings) => new()
    {
        Nominal = ToAmounts(settings.Nominal),
        Limit = ToAmounts(settings.Limit),
        Weight = (int)(settings.Weight ?? 1),
        MaxPendingJobs = (int?)settings.MaxPendingJobs,
        BorrowingLimit = ToAmounts(settings.BorrowingLimit),
        LendingLimit = ToAmounts(settings.LendingLimit),
        MaxPerUser = ToAmounts(settings.MaxPerUser),
        PriorityCaps = settings.PriorityCaps is null ? []
            : [.. settings.PriorityCaps.OrderBy(c => c.MinPriority).Select(c => new PriorityCap { MinPriority = (int)c.MinPriority!, Amounts = ToAmounts(c.Amounts) })],
        Budget = settings.Budget is not { } budget ? null : new GpuHourBudget { Hours = budget.Hours!.Value, Period = ToPeriod(budget.Period), Days = (int)(budget.Days ?? 0) },
    };

    public static QuotaTree ToContract(QuotaPath path, QuotaTreeView tree) =>
        new() { Path = path.Value, Levels = [.. tree.Levels.Select(ToLevel)], Version = tree.Version };

    private static QuotaLevel ToLevel(QuotaNodeView level) => new()
    {
        Path = level.Path.Value,
        Nominal = FromAmounts(level.Spec.Nominal),
        Limit = FromAmounts(level.Spec.Limit),
        Weight = level.Spec.Weight,
        MaxPendingJobs = level.Spec.MaxPendingJobs,
        Used = FromAmounts(level.Used),
        Charges = level.Charges,
        BorrowingLimit = FromSome(level.Spec.BorrowingLimit),
        LendingLimit = FromSome(level.Spec.LendingLimit),
        MaxPerUser = FromSome(level.Spec.MaxPerUser),
        PriorityCaps = level.Spec.PriorityCaps.IsEmpty ? null
            : [.. level.Spec.PriorityCaps.Select(c => new QuotaPriorityCap { MinPriority = c.MinPriority, Amounts = FromAmounts(c.Amounts) })],
        Budget = level.Spec.Budget is not { } budget ? null
            : new QuotaBudget { Hours = budget.Hours, Period = FromPeriod(budget.Period), Days = budget.Period == BudgetPeriod.Rolling ? budget.Days : null },
        Owed = FromSome(level.Owed),
        Borrowed = FromSome(level.Borrowed),
        Kept = FromSome(level.Kept),
        GpuHours = Hours(level.GpuMilliSeconds),
        BudgetStatus = level.Budget is not { } status ? null : new QuotaBudgetStatus
        {
            SpentHours = Hours(status.SpentMilliSeconds), IsSpent = status.IsSpent, From = status.From, ResetsAt = status.ResetsAt, ExhaustedAt = status.ExhaustedAt,
        },
    };

    private static BudgetPeriod ToPeriod(string? period) => period switch
    {
        "month" => BudgetPeriod.Month,
        "week" => BudgetPeriod.Week,
        "rolling" => BudgetPeriod.Rolling,
        _ => BudgetPeriod.None,
    };

    private static string FromPeriod(BudgetPeriod period) => period switch
    {
        BudgetPeriod.Month => "month",
        BudgetPeriod.Week => "week",
        BudgetPeriod.Rolling => "rolling",
        _ => "none",
    };

    private static double Hours(long milliSeconds) => Math.Round(milliSeconds / MilliSecondsPerHour, 3);

    public static ImmutableArray<ResourceAmount> ToAmounts(IReadOnlyDictionary<string, long>? amounts) =>
        amounts is null ? [] : [.. amounts.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => new ResourceAmount(a.Key, a.Value))];

    private static Dictionary<string, long>? FromSome(ImmutableArray<ResourceAmount> amounts) => amounts.IsEmpty ? null : FromAmounts(amounts);

    private static Dictionary<string, long> FromAmounts(ImmutableArray<ResourceAmount> amounts) =>
        amounts.ToDictionary(a => a.Resource, a => a.Amount, StringComparer.Ordinal);
}
