using Gateway.Contracts;

namespace Gateway.Validation;

/// <summary>The rules of <c>POST /pools/{pool}/what-if</c> that need nothing but the body; those of the job are the submission's.</summary>
internal static class WhatIfValidator
{
    public static void Validate(WhatIfRequest request, FieldErrors errors)
    {
        InRange(request.OverSeconds, 1, Limits.MaxDurationSeconds, "overSeconds", errors);
        InRange(request.HorizonSeconds, 1, Limits.MaxDurationSeconds, "horizonSeconds", errors);
        if (request.OverSeconds is not null && request.HorizonSeconds is not null)
            errors.Add("horizonSeconds", "is for questions from now on, overSeconds for the past: give one of them");
        if (request.OverSeconds is not null && request.ArrivalsAsBefore == true)
            errors.Add("arrivalsAsBefore", "is for questions from now on: the past has its own arrivals");
        if (request.Changes?.Count > Limits.MaxWhatIfChanges)
        {
            errors.Add("changes", $"must have at most {Limits.MaxWhatIfChanges} entries");
            return;
        }

        for (var i = 0; i < request.Changes?.Count; i++)
            Validate(request.Changes[i], $"changes[{i}]", errors);
    }

    private static void Validate(WhatIfChangeRequest? change, string field, FieldErrors errors)
    {
        object?[] members = [change?.Quota, change?.AddNodes, change?.TakeNodes, change?.Job, change?.Priority, change?.Policy];
        if (members.Count(m => m is not null) != 1)
        {
            errors.Add(field, "must have exactly one of quota, addNodes, takeNodes, job, priority and policy");
            return;
        }

        if (change!.Quota is { } quota)
            ValidateQuota(quota, field + ".quota", errors);
        Needed(change.AddNodes, change.AddNodes?.Count, 1, Limits.MaxWhatIfNodes, field + ".addNodes.count", errors);
        if (change.TakeNodes is { } take && (take.Names is not { Count: > 0 and <= Limits.MaxWhatIfNames } names || names.Any(n => !Rules.IsMachineName(n))))
            errors.Add(field + ".takeNodes.names", $"must be 1 to {Limits.MaxWhatIfNames} names of nodes or racks");
        if (change.Job is { } job)
            ValidateJob(job, field + ".job", errors);
        if (change.Priority is { } priority && string.IsNullOrEmpty(priority.Job))
            errors.Add(field + ".priority.job", Rules.Required);
        Needed(change.Priority, change.Priority?.Priority, 0, Limits.MaxPriority, field + ".priority.priority", errors);
        if (change.Policy is { Order: null, Placement: null })
            errors.Add(field + ".policy", "must name an order or a placement policy");
    }

    private static void ValidateQuota(WhatIfQuota quota, string field, FieldErrors errors)
    {
        if (quota.Path is null || !QuotaValidator.TryPath(quota.Path, out _))
            errors.Add(field + ".path", quota.Path is null ? Rules.Required : QuotaValidator.PathRule);
        InRange(quota.Percent, -100, 1000, field + ".percent", errors);
        if (quota.Percent is null == (quota.Nominal is null && quota.Limit is null))
            errors.Add(field + ".percent", "either percent or amounts of nominal and limit must be given");
        var amounts = new FieldErrors();
        QuotaValidator.Validate(new QuotaSettings { Nominal = quota.Nominal, Limit = quota.Limit }, amounts);
        foreach (var (name, rules) in amounts.ByField)
        {
            foreach (var rule in rules)
                errors.Add($"{field}.{name}", rule);
        }
    }

    private static void ValidateJob(WhatIfJob job, string field, FieldErrors errors)
    {
        InRange(job.RunsForSeconds, 1, Limits.MaxDurationSeconds, field + ".runsForSeconds", errors);
        if (job.Spec is null)
            errors.Add(field + ".spec", Rules.Required);
        if (job.Spec?.Array is not null || job.Spec?.Service is not null)
            errors.Add(field + ".spec", "must be one job: ask about one task of an array or one replica of a service");
        if (job.Spec?.DependsOn is { Count: > 0 })
            errors.Add(field + ".spec.dependsOn", "cannot be foreseen: ask about the job as it will be when it may start");
    }

    private static void Needed(object? change, long? value, long min, long max, string field, FieldErrors errors)
    {
        if (change is not null && value is null)
            errors.Add(field, Rules.Required);
        else if (change is not null)
            InRange(value, min, max, field, errors);
    }

    private static void InRange(long? value, long min, long max, string field, FieldErrors errors)
    {
        if (value < min || value > max)
            errors.Add(field, Rules.Range(min, max));
    }
}
