using Gateway.Contracts;
using Scheduling.Model;

namespace Gateway.Validation;

/// <summary>The rules of <c>PUT /quotas/{path}</c>.</summary>
internal static class QuotaValidator
{
    public const string PathRule = "must be cohort, cohort/team or cohort/team/user";

    public static bool TryPath(string path, out QuotaPath result)
    {
        result = new QuotaPath(path);
        var text = path.AsSpan();
        var level = 0;
        foreach (var range in text.Split('/'))
        {
            if (level > 2 || !(level < 2 ? Rules.IsName(text[range]) : Rules.IsUser(text[range])))
                return false;
            level++;
        }

        return level > 0;
    }

    public static void Validate(QuotaSettings settings, FieldErrors errors)
    {
        ValidateAmounts(settings.Nominal, "nominal", errors);
        ValidateAmounts(settings.Limit, "limit", errors);
        if (settings.Weight is < 1 or > Limits.MaxQuotaWeight)
            errors.Add("weight", Rules.Range(1, Limits.MaxQuotaWeight));
        if (settings.MaxPendingJobs is < 0 or > Limits.MaxQuotaPendingJobs)
            errors.Add("maxPendingJobs", Rules.Range(0, Limits.MaxQuotaPendingJobs));
        ValidateAmounts(settings.BorrowingLimit, "borrowingLimit", errors);
        ValidateAmounts(settings.LendingLimit, "lendingLimit", errors);
        ValidateAmounts(settings.MaxPerUser, "maxPerUser", errors);
        ValidateCaps(settings.PriorityCaps, errors);
        if (settings.Budget is { } budget)
            ValidateBudget(budget, errors);
        foreach (var (resource, nominal) in settings.Nominal ?? Nothing)
        {
            if (settings.Limit?.TryGetValue(resource, out var limit) == true && nominal > limit)
                errors.Add($"nominal.{resource}", "must not be above the limit");
        }

        foreach (var (resource, lent) in settings.LendingLimit ?? Nothing)
        {
            if (settings.Nominal?.TryGetValue(resource, out var nominal) != true)
                errors.Add($"lendingLimit.{resource}", "needs a nominal to lend of");
            else if (lent > nominal)
                errors.Add($"lendingLimit.{resource}", "must not be above nominal");
        }
    }

    private static IReadOnlyDictionary<string, long> Nothing { get; } = new Dictionary<string, long>();

    private static void ValidateCaps(IReadOnlyList<QuotaPriorityCap>? caps, FieldErrors errors)
    {
        if (caps is null)
            return;
        if (caps.Count > Limits.MaxQuotaPriorityCaps)
        {
            errors.Add("priorityCaps", $"must have at most {Limits.MaxQuotaPriorityCaps} entries");
            return;
        }

        for (var i = 0; i < caps.Count; i++)
        {
            var field = $"priorityCaps[{i}]";
            if (caps[i] is not { MinPriority: { } priority, Amounts: { } amounts })
            {
                errors.Add(field, "must have minPriority and amounts");
                continue;
            }

            if (priority is < 1 or > Limits.MaxPriority)
                errors.Add($"{field}.minPriority", Rules.Range(1, Limits.MaxPriority));
            if (caps.Take(i).Any(c => c?.MinPriority == priority))
                errors.Add($"{field}.minPriority", "must not be capped twice");
            ValidateAmounts(amounts, $"{field}.amounts", errors);
        }
    }

    private static void ValidateBudget(QuotaBudget budget, FieldErrors errors)
    {
        if (budget.Hours is null or < 0 or > Limits.MaxQuotaBudgetHours)
            errors.Add("budget.hours", Rules.Range(0, Limits.MaxQuotaBudgetHours));
        if (budget.Period is not (null or "none" or "month" or "week" or "rolling"))
            errors.Add("budget.period", "must be none, month, week or rolling");
        else if (budget.Period == "rolling" && budget.Days is null or < 1 or > Limits.MaxQuotaBudgetDays)
            errors.Add("budget.days", Rules.Range(1, Limits.MaxQuotaBudgetDays));
        else if (budget.Period != "rolling" && budget.Days is not null)
            errors.Add("budget.days", "is only for a rolling period");
    }

    private static void ValidateAmounts(IReadOnlyDictionary<string, long>? amounts, string field, FieldErrors errors)
    {
        if (amounts is null)
            return;
        if (amounts.Count > Limits.MaxQuotaResources)
        {
            errors.Add(field, $"must have at most {Limits.MaxQuotaResources} entries");
            return;
        }

        foreach (var (resource, amount) in amounts)
        {
            if (!IsResource(resource))
                errors.Add(field, "may name gpu, gpu/MODEL, gpu/MODEL/PROFILE, cpu and memory");
            else if (amount is < 0 or > Limits.MaxQuotaAmount)
                errors.Add($"{field}.{resource}", Rules.Range(0, Limits.MaxQuotaAmount));
        }
    }

    private static bool IsResource(string name) =>
        name is "gpu" or "cpu" or "memory" || (name.StartsWith("gpu/", StringComparison.Ordinal) && Rules.IsGpuModel(name.AsSpan(4)));
}
