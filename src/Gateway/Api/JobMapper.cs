using System.Collections.Immutable;
using System.Numerics;
using Gateway.Contracts;
using Gateway.Validation;
using Grains.Jobs;
using Grains.Storage;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Gateway.Api;

/// <summary>Jobs between the contract's words and the model's.</summary>
internal static partial class JobMapper
{
    /// <summary>The spec of a request that passed validation.</summary>
    public static JobSpec ToSpec(SubmitJobRequest request, TenantId tenant, string user, QuotaPath quota, PoolId pool, PriorityClasses classes) => new()
    {
        Name = request.Name!,
        Tenant = tenant,
        User = user,
        Quota = quota,
        Pool = pool,
        Priority = request.PriorityClass is { } name ? classes.Find(name)!.Value : (int)(request.Priority ?? 0),
        PriorityClass = request.PriorityClass,
        MayPreempt = request.PriorityClass is not { } of || classes.Find(of)!.MayPreempt,
        Roles = [.. request.Roles!.Select(r => ToRole(r!))],
        Topology = ToRule(request.Topology),
        RunFor = Seconds(request.RunForSeconds),
        TimeLimit = Seconds(request.TimeLimitSeconds),
        MaxRetries = (int)(request.MaxRetries ?? 0),
        Labels = ToLabels(request.Labels),
        Deadline = request.Deadline?.ToUniversalTime(),
        DependsOn = [.. (request.DependsOn ?? []).Select(d => ToDependency(d!))],
        Retry = ToRules(request.Retry),
        Checkpoint = ToRule(request.Checkpoint),
        MinRuntime = Seconds(request.MinRuntimeSeconds),
        Set = ToSet(request),
        Spread = request.Spread is { } spread ? new SpreadRule { Level = LevelOf(spread.Level), Required = spread.Required ?? false } : null,
        Container = ToSpec(request.Container),
        Restart = ToRule(request.Restart),
    };

    public static Job ToContract(JobView view)
    {
        var spec = view.Spec;
        return new Job
        {
            Id = view.Id.Value,
            Name = spec.Name,
            Tenant = spec.Tenant.Value,
            User = spec.User,
            Quota = spec.Quota.Value,
            Pool = spec.Pool.Value,
            Priority = spec.Priority,
            Phase = PhaseName(view.Phase),
            Ended = view.Phase.IsEnded(),
            Reason = view.Reason,
            Attempt = view.Attempt,
            Failures = view.Failures,
            Roles = [.. spec.Roles.Select(ToContract)],
            Topology = new JobTopology { Required = TopologyWords.Of(spec.Topology.Required), Preferred = TopologyWords.Of(spec.Topology.Preferred) },
            RunForSeconds = (long?)spec.RunFor?.TotalSeconds,
            TimeLimitSeconds = (long?)spec.TimeLimit?.TotalSeconds,
            MaxRetries = spec.MaxRetries,
            Labels = FromLabels(spec.Labels),
            PriorityClass = spec.PriorityClass,
            Deadline = spec.Deadline,
            DependsOn = spec.DependsOn.IsDefaultOrEmpty ? null : [.. spec.DependsOn.Select(ToContract)],
            Retry = ToContract(spec.Retry),
            Checkpoint = ToContract(spec.Checkpoint),
            MinRuntimeSeconds = (long?)spec.MinRuntime?.TotalSeconds,
            Array = spec.Set is { Kind: OriginKind.Task } array ? new JobArray { Count = array.Count, MaxParallel = array.MaxParallel } : null,
            Service = spec.Set is { Kind: OriginKind.Replica } service ? new JobService { Replicas = view.Replicas ?? service.Count } : null,
            Spread = spec.Spread is { } spread ? new JobSpread { Level = TopologyWords.Of(spread.Level), Required = spread.Required } : null,
            Container = ToContract(spec.Container),
            Restart = ToContract(spec.Restart),
            PartOf = spec.Origin is { } origin ? new JobPartOf { Job = origin.Set.Value, Kind = KindName(origin.Kind), Index = origin.Index } : null,
            Parts = ToContract(view.Parts),
            WorkersNow = WorkersNow(view),
            MaxWorkers = spec.ElasticRole is { } grows ? spec.TotalWorkers + grows.MaxCount - grows.Count : null,
            WaitsFor = view.Unmet.IsDefaultOrEmpty ? null : [.. view.Unmet.Select(ToContract)],
            RetryAt = view.RetryAt,
            Preemption = view.Preemption is { } ask ? new JobPreemptionAsk { AskedAt = ask.AskedAt, StopAt = ask.StopAt, Reason = ask.Reason } : null,
            Evictions = view.Evictions,
            LastCheckpointAt = view.LastCheckpointAt,
            Workers = spec.TotalWorkers,
            GpuMilli = spec.TotalGpuMilli,
            Placement = view.Placement?.Racks.Select(r => new JobRackShare { Rack = r.Rack.Value, Workers = r.Workers.Length }).ToArray(),
            SubmittedAt = view.SubmittedAt,
            PlacedAt = view.PlacedAt,
            StartedAt = view.StartedAt,
            EndedAt = view.EndedAt,
            Version = view.Version,
        };
    }

    public static JobSummary ToContract(JobIndexRow row) => new()
    {
        Id = row.Job.Value,
        Name = row.Name,
        Tenant = row.Tenant.Value,
        User = row.User,
        Quota = row.Quota.Value,
        Pool = row.Pool.Value,
        Phase = row.Phase,
        Ended = row.Ended,
        Attempt = row.Attempt,
        Priority = row.Priority,
        GpuMilli = row.GpuMilli,
        Workers = row.Workers,
        SubmittedAt = row.SubmittedAt,
        ChangedAt = row.ChangedAt,
        Parent = row.Parent?.Value,
    };

    public static JobEvent ToContract(JobTimelineEntry entry) => new()
    {
        Sequence = entry.Sequence,
        At = entry.At,
        Phase = PhaseName(entry.Phase),
        Attempt = entry.Attempt,
        Type = entry.Type,
        Message = entry.Message,
    };

    public static JobWorker ToContract(WorkerSlot worker, RackId rack, RackSpec? spec, JobSpec job) => new()
    {
        Rank = worker.Rank,
        Role = job.Roles[worker.Role].Name,
        Rack = rack.Value,
        Node = spec is not null && worker.Slot < spec.Nodes.Length && spec.Nodes[worker.Slot] is { IsVacant: false } node ? node.Name.Value : null,
        Slot = worker.Slot,
        Gpus = Bits(worker.Gpus),
        GpuMilli = worker.GpuMilli,
    };

    public static string PhaseName(JobPhase phase) => phase switch
    {
        JobPhase.Pending => nameof(JobPhase.Pending),
        JobPhase.Starting => nameof(JobPhase.Starting),
        JobPhase.Running => nameof(JobPhase.Running),
        JobPhase.Stopping => nameof(JobPhase.Stopping),
        JobPhase.Suspended => nameof(JobPhase.Suspended),
        JobPhase.Succeeded => nameof(JobPhase.Succeeded),
        JobPhase.Failed => nameof(JobPhase.Failed),
        JobPhase.Cancelled => nameof(JobPhase.Cancelled),
        JobPhase.TimedOut => nameof(JobPhase.TimedOut),
        _ => phase.ToString(),
    };

    public static IReadOnlyDictionary<string, string> FromLabels(ImmutableArray<Label> labels)
    {
        if (labels.IsDefaultOrEmpty)
            return ImmutableDictionary<string, string>.Empty;
        var map = new Dictionary<string, string>(labels.Length, StringComparer.Ordinal);
        foreach (var label in labels)
            map[label.Key] = label.Value;
        return map;
    }

    private static RoleSpec ToRole(JobRole role) => new()
    {
        Name = role.Name!,
        Count = (int)role.Count!.Value,
        Shape = new WorkerShape
        {
            CpuMilli = role.CpuMilli!.Value,
            MemoryMiB = role.MemoryMiB!.Value,
            Gpus = (int)role.Gpus!.Value,
            GpuMilli = (int)(role.GpuMilli ?? WorkerShape.WholeGpu),
            GpuModels = role.GpuModels is { Count: > 0 } models ? [.. models.Select(m => m!)] : [],
            NodeSelector = ToLabels(role.NodeSelector),
            NodeTerms = ToTerms(role.NodeAffinity),
            Tolerations = ToLabels(role.Tolerations),
            Extended = role.ExtendedResources is { } named ? ExtendedResources.Sorted(named.Select(n => new ExtendedAmount(n.Key, ExtendedResourcesValidator.CountOf(n.Key, n.Value)))) : [],
        },
        MaxCount = role.MaxCount is { } most && most != role.Count ? (int)most : 0,
        Slices = role.Slices is { } slices ? new SliceRule { Size = (int)slices.Size!.Value, Level = LevelOf(slices.Level) } : null,
        AntiAffinity = role.AntiAffinity is { } apart ? new AntiAffinityRule { Level = LevelOf(apart.Level), MaxPerDomain = (int)(apart.MaxPerDomain ?? 1) } : null,
        Container = ToSpec(role.Container),
    };

    private static JobRole ToContract(RoleSpec role) => new()
    {
        Name = role.Name,
        Count = role.Count,
        CpuMilli = role.Shape.CpuMilli,
        MemoryMiB = role.Shape.MemoryMiB,
        Gpus = role.Shape.Gpus,
        GpuMilli = role.Shape.GpuMilli,
        GpuModels = role.Shape.GpuModels.IsDefaultOrEmpty ? null : [.. role.Shape.GpuModels],
        ExtendedResources = ClusterMapper.ToContract(role.Shape.Extended),
        NodeSelector = MapOrNull(role.Shape.NodeSelector),
        NodeAffinity = ToContract(role.Shape.NodeTerms),
        Tolerations = MapOrNull(role.Shape.Tolerations),
        MaxCount = role.MaxCount > role.Count ? role.MaxCount : null,
        Slices = role.Slices is { } slices ? new JobSlices { Size = slices.Size, Level = TopologyWords.Of(slices.Level) } : null,
        AntiAffinity = role.AntiAffinity is { } apart ? new JobAntiAffinity { Level = TopologyWords.Of(apart.Level), MaxPerDomain = apart.MaxPerDomain } : null,
        Container = ToContract(role.Container),
    };

    private static Dictionary<string, string?>? MapOrNull(ImmutableArray<Label> labels) =>
        labels.IsDefaultOrEmpty ? null : labels.DistinctBy(l => l.Key, StringComparer.Ordinal).ToDictionary(l => l.Key, l => (string?)l.Value, StringComparer.Ordinal);

    private static TopologyRule ToRule(JobTopology? topology)
    {
        if (topology is null)
            return TopologyRule.None;
        TopologyWords.TryParse(topology.Required, out var required);
        TopologyWords.TryParse(topology.Preferred, out var preferred);
        return new TopologyRule { Required = required, Preferred = preferred };
    }

    /// <summary>Sorted, so that the same labels are always the same spec.</summary>
    private static ImmutableArray<Label> ToLabels(IReadOnlyDictionary<string, string?>? labels) =>
        labels is not { Count: > 0 } ? [] : [.. labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => new Label(l.Key, l.Value!))];

    private static TimeSpan? Seconds(long? seconds) => seconds is { } s ? TimeSpan.FromSeconds(s) : null;

    private static int[] Bits(ulong mask)
    {
        var bits = new int[BitOperations.PopCount(mask)];
        for (var i = 0; i < bits.Length; i++, mask &= mask - 1)
            bits[i] = BitOperations.TrailingZeroCount(mask);
        return bits;
    }
}
