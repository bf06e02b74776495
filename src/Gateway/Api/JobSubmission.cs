using System.Security.Cryptography;
using System.Text.Json;
using Gateway.Calls;
using Gateway.Contracts;
using Gateway.Hosting;
using Gateway.Http;
using Gateway.Validation;
using Grains;
using Grains.Jobs;
using Microsoft.Extensions.Primitives;
using Scheduling.Model;

namespace Gateway.Api;

/// <summary>What came of a submission: a job, or a problem.</summary>
public readonly record struct SubmissionResult(JobView? Job, bool Created, ApiProblem? Problem)
{
    public static implicit operator SubmissionResult(ApiProblem problem) => new(null, false, problem);
}

/// <summary>The way of <c>POST /jobs</c> after its body was read: rules, whose it is, which pool, then the job's own grain.</summary>
public sealed class JobSubmission(IGrainFactory grains, GrainCalls calls, KnownPools pools, PendingLimit pending, PriorityClasses classes, TimeProvider time, GatewayOptions options, IEnumerable<IPoolRules> rules)
{
    public async ValueTask<SubmissionResult> Submit(Caller caller, SubmitJobRequest request, StringValues keyHeader, CancellationToken cancellationToken)
    {
        // 1. The key names the job, so that a repeated request finds it.
        if (!TryReadKey(keyHeader, out var key))
            return ApiProblem.InvalidParameter("Idempotency-Key", $"must be given once, as 1 to {Limits.MaxIdempotencyKey} visible ASCII characters");

        // 2. Every rule that needs nothing but the body, and whose job it is.
        var errors = new FieldErrors();
        SubmitJobValidator.Validate(request, options.MaxWorkersPerGang, classes, errors);
        var named = request.Tenant ?? caller.Tenant?.Value;
        if (named is null)
            errors.Add("tenant", "is required, because you have no tenant of your own");
        var quota = named is null ? null : QuotaOf(request.Quota, named, caller, errors);
        if (errors.Any)
            return ApiProblem.Invalid(errors.ByField);
        var tenant = new TenantId(named!);
        if (!caller.MayChange(tenant))
            return ApiProblem.Forbidden("You may submit jobs of your own tenant only.");

        // 3. Which pool. A key that was used before keeps the pool of its job, whatever pools there are by now.
        var id = key is null ? Ids.New() : Ids.FromKey(tenant, key);
        var (pool, problem) = await PoolOf(request.Pool, key is null ? null : id, caller, cancellationToken);
        if (problem is not null)
            return problem;

        // 4. What holds in that pool only. A job that was accepted before stays what it is, whatever its operator allows by now.
        var spec = JobMapper.ToSpec(request, tenant, caller.User, new QuotaPath(quota!), pool, classes);
        foreach (var (field, rule) in rules.SelectMany(r => r.Faults(pool, spec)))
            errors.Add(field, rule);
        if (errors.Any && (key is null || await Existing(id, caller, cancellationToken) is null))
            return ApiProblem.Invalid(errors.ByField);

        // 5. What depends on the time and on the job's own id; a job that was accepted before is past that.
        if (LateFault(request, id) is { } late && (key is null || await Existing(id, caller, cancellationToken) is null))
            return late;

        // 6. A tenant's queue is bounded; asking again for a job that is in it is not a new one.
        if (await pending.TryEnter(pool, tenant, cancellationToken) is { } full && (key is null || await Existing(id, caller, cancellationToken) is null))
            return ApiProblem.PendingLimitReached(full);

        // 7. The job's own grain decides, durably.
        var command = new SubmitJob
        {
            Caller = caller,
            Spec = spec,
            BodyHash = HashOf(request, named!, caller.User),
        };
        var answer = await calls.Repeat((grains, id, command), static s => s.grains.GetGrain<IJobGrain>(s.id.Value).Submit(s.command), cancellationToken);
        return answer is { Answer.IsDone: true, Job: { } job } ? new SubmissionResult(job, answer.Created, null) : Refused(answer);
    }

    /// <summary>The spec that a submission would have, without submitting anything; null when a rule is broken.</summary>
    internal JobSpec? ToSpec(Caller caller, SubmitJobRequest request, PoolId pool, string prefix, FieldErrors errors)
    {
        var own = new FieldErrors();
        SubmitJobValidator.Validate(request, options.MaxWorkersPerGang, classes, own);
        var named = request.Tenant ?? caller.Tenant?.Value;
        if (named is null)
            own.Add("tenant", "is required, because you have no tenant of your own");
        if (request.Pool is { } other && other != pool.Value)
            own.Add("pool", "must be the pool that is asked, or left out");
        var quota = named is null ? null : QuotaOf(request.Quota, named, caller, own);
        if (JobRulesValidator.DeadlineFault(request, time.GetUtcNow()) is { } fault)
            own.Add("deadline", fault);
        foreach (var (field, rules) in own.ByField)
        {
            foreach (var rule in rules)
                errors.Add(prefix + field, rule);
        }

        return own.Any ? null : JobMapper.ToSpec(request, new TenantId(named!), caller.User, new QuotaPath(quota!), pool, classes);
    }

    private ApiProblem? LateFault(SubmitJobRequest request, JobId id)
    {
        var errors = new FieldErrors();
        if (JobRulesValidator.DeadlineFault(request, time.GetUtcNow()) is { } fault)
            errors.Add("deadline", fault);
        for (var i = 0; i < request.DependsOn?.Count; i++)
        {
            if (request.DependsOn[i]!.Job == id.Value)
                errors.Add($"dependsOn[{i}].job", "must not be the job itself");
        }

        return errors.Any ? ApiProblem.Invalid(errors.ByField) : null;
    }

    private static ApiProblem Refused(SubmitAnswer submit) => submit.BadDependency is { } bad ? BadDependency(submit.Answer, bad) : Refused(submit.Answer);

    private static ApiProblem BadDependency(Answer answer, int index)
    {
        var errors = new FieldErrors();
        errors.Add($"dependsOn[{index}].job", answer.Outcome == Outcome.NotFound ? "must be the id of a job of the same tenant" : answer.Message ?? "cannot be waited for");
        return ApiProblem.Invalid(errors.ByField);
    }

    private static ApiProblem Refused(Answer answer) => answer.Outcome switch
    {
        Outcome.Conflict => ApiProblem.Conflict(ErrorCode.IdempotencyKeyReused, "This Idempotency-Key was used with another body. Use a new key for a new job."),
        Outcome.LimitReached => ApiProblem.PendingLimitReached(answer.Message ?? "As many jobs wait as may."),
        _ => Answers.ToProblem(answer, "There is no such job."),
    };

    private static bool TryReadKey(StringValues header, out string? key)
    {
        key = null;
        if (header.Count == 0)
            return true;
        if (header.Count > 1 || header[0] is not { Length: > 0 and <= Limits.MaxIdempotencyKey } text)
            return false;
        foreach (var c in text)
        {
            if (c is < '!' or > '~')
                return false;
        }

        key = text;
        return true;
    }

    /// <summary>cohort/tenant/user: where a given path must lie, and how a shorter one is completed.</summary>
    private string? QuotaOf(string? given, string tenant, Caller caller, FieldErrors errors)
    {
        if (given is null)
            return $"{options.Cohort}/{tenant}/{caller.User}";
        var levels = given.Split('/');
        if (levels.Length < 2)
            return null; // The validator has said so.
        if (levels[1] != tenant)
            errors.Add("quota", $"must lie under the tenant's team, as cohort/{tenant}");
        else if (levels.Length > 2 && levels[2] != caller.User && !caller.IsAdmin)
            errors.Add("quota", $"must end in your own user, {caller.User}");
        return levels.Length > 2 ? given : $"{given}/{caller.User}";
    }

    private async ValueTask<(PoolId Pool, ApiProblem? Problem)> PoolOf(string? given, JobId? existing, Caller caller, CancellationToken cancellationToken)
    {
        if (given is not null && await pools.Exists(new PoolId(given), cancellationToken))
            return (new PoolId(given), null);
        var known = (await pools.Get(cancellationToken)).Pools;
        if (given is null && known.Length == 1)
            return (known[0], null);
        if (existing is { } id && await Existing(id, caller, cancellationToken) is { } job)
            return (job.Spec.Pool, null);
        var errors = new FieldErrors();
        errors.Add("pool", known.IsEmpty ? "names no pool: there are none yet" : $"must be one of: {KnownPools.Names(known)}");
        return (default, ApiProblem.Invalid(errors.ByField));
    }

    private ValueTask<JobView?> Existing(JobId id, Caller caller, CancellationToken cancellationToken) =>
        calls.Repeat((grains, id, caller), static s => s.grains.GetGrain<IJobGrain>(s.id.Value).Get(s.caller), cancellationToken);

    /// <summary>
    /// What makes two requests the same: every field with its default filled in and its maps in order, whose it is, and who asks.
    /// The pool counts as it was asked for, so that a repeated request is the same after a second pool appeared.
    /// </summary>
    private static string HashOf(SubmitJobRequest request, string tenant, string user)
    {
        var canonical = request with
        {
            Tenant = tenant,
            Quota = request.Quota + "|" + user,
            Priority = request.Priority ?? 0,
            MaxRetries = request.MaxRetries ?? 0,
            Labels = Sorted(request.Labels),
            Deadline = request.Deadline?.ToUniversalTime(),
            DependsOn = request.DependsOn is { Count: > 0 } needs
                ? [.. needs.Select(d => d! with { Condition = d.Condition ?? "succeeded" }).OrderBy(d => d.Job, StringComparer.Ordinal).ThenBy(d => d.Condition, StringComparer.Ordinal)]
                : null,
            Array = request.Array is { } array ? array with { MaxParallel = array.MaxParallel ?? Limits.DefaultParallel } : null,
            Spread = request.Spread is { } spread ? spread with { Required = spread.Required ?? false } : null,
            Topology = request.Topology is null or { Required: null or "none", Preferred: null or "none" } ? null : request.Topology,
            Restart = request.Restart is { Scope: "failedMembers" } restart ? restart with { Limit = restart.Limit ?? Limits.DefaultMemberRestarts } : null,
            Container = Canonical(request.Container),
            Roles = [.. request.Roles!.Select(r => Canonical(r!))],
        };
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(canonical, ContractsJson.Default.SubmitJobRequest), digest);
        return Convert.ToHexStringLower(digest);
    }

    private static JobRole Canonical(JobRole role) =>
        role is { GpuMilli: not null, GpuModels: null or { Count: > 0 }, NodeSelector: null, Tolerations: null, MaxCount: null, Container: null }
            ? role
            : role with
            {
                GpuMilli = role.GpuMilli ?? Limits.WholeGpu,
                GpuModels = role.GpuModels is { Count: > 0 } ? role.GpuModels : null,
                NodeSelector = Sorted(role.NodeSelector),
                Tolerations = Sorted(role.Tolerations),
                MaxCount = role.MaxCount == role.Count ? null : role.MaxCount,
                Container = Canonical(role.Container),
            };

    private static JobContainer? Canonical(JobContainer? container) => container?.Devices is { } devices
        ? container with { Devices = devices.Count == 0 ? null : new SortedDictionary<string, long>(devices.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal) }
        : container;

    private static SortedDictionary<string, string?>? Sorted(IReadOnlyDictionary<string, string?>? map) =>
        map is not { Count: > 0 } ? null : new SortedDictionary<string, string?>(map.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
}
