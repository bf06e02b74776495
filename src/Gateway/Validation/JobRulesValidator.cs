using Gateway.Contracts;
using Gateway.Http;
using Scheduling.Model;

namespace Gateway.Validation;

/// <summary>The rules of a submission about its life: when, after what, how often, how many, and who goes first.</summary>
internal static class JobRulesValidator
{
    public static void Validate(SubmitJobRequest request, PriorityClasses classes, FieldErrors errors)
    {
        if (request.PriorityClass is { } name)
        {
            if (request.Priority is not null)
                errors.Add("priorityClass", "must not be given with priority: it stands for one");
            if (classes.Find(name) is null)
                errors.Add("priorityClass", $"must be one of: {classes.Names}");
        }

        InRange(request.MinRuntimeSeconds, 0, Limits.MaxDurationSeconds, "minRuntimeSeconds", errors);
        ValidateDependencies(request.DependsOn, errors);
        ValidateRetry(request.Retry, errors);
        InRange(request.Checkpoint?.IntervalSeconds, Limits.MinCheckpointSeconds, Limits.MaxDurationSeconds, "checkpoint.intervalSeconds", errors);
        InRange(request.Checkpoint?.GraceSeconds, 0, Limits.MaxGraceSeconds, "checkpoint.graceSeconds", errors);
        ValidateSet(request, errors);
        if (request.Roles is { Count: > 0 and <= Limits.MaxRoles } roles)
            ValidateRoles(roles, errors);
    }

    /// <summary>Whether it can be met at all. A job that was accepted before stays what it is, whatever the time.</summary>
    public static string? DeadlineFault(SubmitJobRequest request, DateTimeOffset now) => request.Deadline is not { } deadline ? null
        : deadline <= now ? "must be in the future"
        : deadline - now < TimeSpan.FromSeconds(request.TimeLimitSeconds ?? 0) ? "leaves less time than timeLimitSeconds"
        : null;

    private static void ValidateDependencies(IReadOnlyList<JobDependencyRequest?>? dependencies, FieldErrors errors)
    {
        if (dependencies is null)
            return;
        if (dependencies.Count > Limits.MaxDependencies)
        {
            errors.Add("dependsOn", $"must have at most {Limits.MaxDependencies} entries");
            return;
        }

        for (var i = 0; i < dependencies.Count; i++)
        {
            if (dependencies[i] is not { Job: { } job } dependency)
                errors.Add($"dependsOn[{i}].job", Rules.Required);
            else if (!Ids.IsWellFormed(job))
                errors.Add($"dependsOn[{i}].job", "must be the id of a job of the same tenant");
            else if (!DependencyWords.TryParse(dependency.Condition, out var condition))
                errors.Add($"dependsOn[{i}].condition", DependencyWords.Rule);
            else
                ValidateAgainst(dependencies, i, job, condition, errors);
        }
    }

    private static void ValidateAgainst(IReadOnlyList<JobDependencyRequest?> dependencies, int i, string job, DependencyCondition condition, FieldErrors errors)
    {
        for (var j = 0; j < i; j++)
        {
            if (dependencies[j]?.Job != job || !DependencyWords.TryParse(dependencies[j]!.Condition, out var other))
                continue;
            if (other == condition)
                errors.Add($"dependsOn[{i}]", "must not be given twice");
            else if ((other, condition) is (DependencyCondition.Succeeded, DependencyCondition.Failed) or (DependencyCondition.Failed, DependencyCondition.Succeeded))
                errors.Add($"dependsOn[{i}].condition", "contradicts another: one job cannot both succeed and fail");
        }
    }

    private static void ValidateRetry(JobRetry? retry, FieldErrors errors)
    {
        if (retry is null)
            return;
        InRange(retry.BackOffSeconds, 0, Limits.MaxBackOffSeconds, "retry.backOffSeconds", errors);
        InRange(retry.MaxBackOffSeconds, 0, Limits.MaxBackOffSeconds, "retry.maxBackOffSeconds", errors);
        InRange(retry.Budget, 0, Limits.MaxRetries, "retry.budget", errors);
        if (retry.BackOffSeconds > (retry.MaxBackOffSeconds ?? RetryWords.DefaultMaxBackOffSeconds))
            errors.Add("retry.backOffSeconds", $"must not be above maxBackOffSeconds, which is {retry.MaxBackOffSeconds ?? RetryWords.DefaultMaxBackOffSeconds}");
        if (retry.Limits is not { } limits)
            return;
        if (limits.Count > Limits.MaxRetryLimits)
        {
            errors.Add("retry.limits", $"must have at most {Limits.MaxRetryLimits} entries");
            return;
        }

        for (var i = 0; i < limits.Count; i++)
        {
            if (!RetryWords.TryParse(limits[i]?.Class, out _))
                errors.Add($"retry.limits[{i}].class", RetryWords.Rule);
            else if (limits.Take(i).Any(l => l?.Class == limits[i]!.Class))
                errors.Add($"retry.limits[{i}].class", "must not be given twice");
            Needed(limits[i]?.Retries, 0, Limits.MaxRetries, $"retry.limits[{i}].retries", errors);
        }
    }

    private static void ValidateSet(SubmitJobRequest request, FieldErrors errors)
    {
        if (request.Array is { } array)
        {
            Needed(array.Count, 1, Limits.MaxTasks, "array.count", errors);
            InRange(array.MaxParallel, 1, Limits.MaxParallel, "array.maxParallel", errors);
        }

        if (request.Service is { } service)
        {
            Needed(service.Replicas, 1, Limits.MaxReplicas, "service.replicas", errors);
            if (request.Array is not null)
                errors.Add("service", "must not be given with array: a job is one or the other");
        }

        if (request.Spread is { } spread)
        {
            Level(spread.Level, "spread.level", errors);
            if (request.Array is null && request.Service is null)
                errors.Add("spread", "needs array or service: one job has nothing to keep apart from");
        }
    }

    private static void ValidateRoles(IReadOnlyList<JobRole?> roles, FieldErrors errors)
    {
        var elastic = 0;
        for (var i = 0; i < roles.Count; i++)
        {
            if (roles[i] is not { } role)
                continue;
            if (role.Slices is { } slices)
            {
                Level(slices.Level, $"roles[{i}].slices.level", errors);
                Needed(slices.Size, 1, Limits.MaxWorkersPerGang, $"roles[{i}].slices.size", errors);
                if (slices.Size is > 0 and var size && role.Count % size != 0)
                    errors.Add($"roles[{i}].slices.size", "must divide count");
            }

            if (role.AntiAffinity is { } apart)
            {
                Level(apart.Level, $"roles[{i}].antiAffinity.level", errors);
                InRange(apart.MaxPerDomain, 1, Limits.MaxWorkersPerGang, $"roles[{i}].antiAffinity.maxPerDomain", errors);
                if (role.Slices is { Size: > 0 and var together, Level: var within } && within == apart.Level && together > (apart.MaxPerDomain ?? 1))
                    errors.Add($"roles[{i}].antiAffinity", $"contradicts slices: {together} workers must share a {within} of which at most {apart.MaxPerDomain ?? 1} may be there");
            }

            elastic += ValidateElastic(role, i, errors) ? 1 : 0;
        }

        if (elastic > 1)
            errors.Add("roles", "must not have more than one role with a maxCount above its count");
    }

    private static bool ValidateElastic(JobRole role, int i, FieldErrors errors)
    {
        if (role.MaxCount is not { } most)
            return false;
        if (most < 1 || most > Limits.MaxWorkersPerGang)
            errors.Add($"roles[{i}].maxCount", Rules.Range(1, Limits.MaxWorkersPerGang));
        else if (most < role.Count)
            errors.Add($"roles[{i}].maxCount", "must not be below count");
        else if (role.Slices?.Size is > 0 and var size && (most - role.Count) % size != 0)
            errors.Add($"roles[{i}].maxCount", $"must be count plus whole slices of {size}");
        return most > role.Count;
    }

    private static void Level(string? level, string field, FieldErrors errors)
    {
        if (!TopologyWords.TryParse(level, out var parsed) || parsed == TopologyLevel.None)
            errors.Add(field, TopologyWords.DomainRule);
    }

    private static void InRange(long? value, long min, long max, string field, FieldErrors errors)
    {
        if (value < min || value > max)
            errors.Add(field, Rules.Range(min, max));
    }

    private static void Needed(long? value, long min, long max, string field, FieldErrors errors)
    {
        if (value is null)
            errors.Add(field, Rules.Required);
        else
            InRange(value, min, max, field, errors);
    }
}
