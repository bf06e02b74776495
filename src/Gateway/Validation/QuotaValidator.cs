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
        if (settings.Nominal is null || settings.Limit is null)
            return;
        foreach (var (resource, nominal) in settings.Nominal)
        {
            if (settings.Limit.TryGetValue(resource, out var limit) && nominal > limit)
                errors.Add($"nominal.{resource}", "must not be above the limit");
        }
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
                errors.Add(field, "may name gpu, gpu/MODEL, cpu and memory");
            else if (amount is < 0 or > Limits.MaxQuotaAmount)
                errors.Add($"{field}.{resource}", Rules.Range(0, Limits.MaxQuotaAmount));
        }
    }

    private static bool IsResource(string name) =>
        name is "gpu" or "cpu" or "memory" || (name.StartsWith("gpu/", StringComparison.Ordinal) && Rules.IsWord(name.AsSpan(4)));
}
