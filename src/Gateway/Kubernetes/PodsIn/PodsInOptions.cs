using Gateway.Validation;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>How pods that name us as their scheduler are taken in: one cluster's settings.</summary>
public sealed class PodsInOptions
{
    /// <summary>Values of spec.schedulerName that mean us. KubeRay writes scheduler-plugins-scheduler whatever one wishes, so it may be several. "orleans-scheduler".</summary>
    public IList<string> SchedulerNames { get; set; } = [];

    /// <summary>The quota tree of pods whose queue is not in <see cref="Queues"/>. "default".</summary>
    public string Cohort { get; set; } = "default";

    /// <summary>The pool of pods that name none, where the cluster has several; none: such pods are refused.</summary>
    public string? DefaultPool { get; set; }

    /// <summary>Namespace → tenant, where it is not the namespace's own name.</summary>
    public IDictionary<string, string> Tenants { get; set; } = new Dictionary<string, string>();

    /// <summary>Queue → quota path "cohort/tenant" or "cohort/tenant/user". Others mean cohort/tenant/queue.</summary>
    public IDictionary<string, string> Queues { get; set; } = new Dictionary<string, string>();

    /// <summary>Priority class → 0–1000, where its value is not to be scaled; and for names that only labels carry, which have no value of their own.</summary>
    public IDictionary<string, int> PriorityClasses { get; set; } = new Dictionary<string, int>();

    /// <summary>Node label → the level that it names: node, nvlink, rack or block. What nodes are read by counts too.</summary>
    public IDictionary<string, string> TopologyKeys { get; set; } = new Dictionary<string, string>();

    /// <summary>Resources that are neither counted nor a reason to refuse; a trailing * stands for anything. Empty: every resource that we do not count is refused.</summary>
    public IList<string> IgnoredResources { get; set; } = [];

    /// <summary>
    /// True: every claim of a volume is reachable from every node, as those of file shares are. False: pods with claims are refused, for where their volumes
    /// are, or would be made, is not looked at.
    /// </summary>
    public bool ClaimsReachEverywhere { get; set; }

    /// <summary>A pod that waits so long gets its reason into its status. 5 s.</summary>
    public TimeSpan SayAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What is said of a pod is looked at again so often while it waits. 1 min.</summary>
    public TimeSpan SayAgainEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// What events say that pods were bound: "gangs", one for each gang, on its PodGroup or owner; "pods", one for each pod, as kube-scheduler does, which
    /// doubles what a binding costs the API server; "none". All count as <see cref="WordsPerSecond"/>. "gangs".
    /// </summary>
    public string BoundEvents { get; set; } = EventPerGang;

    /// <summary>Writes a second that only say something: conditions, events, status of groups. 20.</summary>
    public int WordsPerSecond { get; set; } = 20;

    /// <summary>A group that pods wait for, and that is not there or may have changed, is looked at again so often. 5 s.</summary>
    public TimeSpan LookAgainEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Jobs submitted at once. 64.</summary>
    public int SubmitsAtOnce { get; set; } = 64;

    /// <summary>Pods of one gang. 100,000.</summary>
    public int MaxGang { get; set; } = 100_000;

    internal const string EventPerGang = "gangs";
    internal const string EventPerPod = "pods";

    private static readonly Dictionary<string, TopologyLevel> Levels = new(StringComparer.Ordinal)
    {
        ["node"] = TopologyLevel.Node, ["nvlink"] = TopologyLevel.NvlinkDomain, ["rack"] = TopologyLevel.Rack, ["block"] = TopologyLevel.Block,
    };

    private static readonly Dictionary<string, TopologyLevel> KnownKeys = new(StringComparer.Ordinal)
    {
        ["kubernetes.io/hostname"] = TopologyLevel.Node,
        ["orleans.scheduler/domain"] = TopologyLevel.NvlinkDomain,
        ["orleans.scheduler/rack"] = TopologyLevel.Rack,
        ["orleans.scheduler/block"] = TopologyLevel.Block,
        ["nvidia.com/gpu.clique"] = TopologyLevel.NvlinkDomain,
    };

    internal IReadOnlyCollection<string> Names => SchedulerNames.Count > 0 ? [.. SchedulerNames] : ["orleans-scheduler"];

    /// <summary>The level that a node label names; null when it names none that we know.</summary>
    internal TopologyLevel? LevelOf(string label) =>
        TopologyKeys.TryGetValue(label, out var word) && Levels.TryGetValue(word, out var level) ? level
        : Levels.TryGetValue(label, out level) || KnownKeys.TryGetValue(label, out level) ? level : null;

    internal bool Ignores(string resource)
    {
        foreach (var pattern in IgnoredResources)
        {
            if (pattern.EndsWith('*') ? resource.StartsWith(pattern[..^1], StringComparison.Ordinal) : resource == pattern)
            {
                return true;
            }
        }

        return false;
    }

    internal TenantId TenantOf(string space) => new(Tenants.TryGetValue(space, out var tenant) ? tenant : space);

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    internal IEnumerable<string> Errors()
    {
        foreach (var (space, tenant) in Tenants.Where(t => !Rules.IsName(t.Value)))
        {
            yield return $"PodsIn.Tenants[{space}] is \"{tenant}\": it {Rules.NameRule}.";
        }

        foreach (var (queue, path) in Queues.Where(q => q.Value.Split('/') is not { Length: 2 or 3 } parts || parts.Any(p => p.Length == 0)))
        {
            yield return $"PodsIn.Queues[{queue}] is \"{path}\": set cohort/tenant or cohort/tenant/user.";
        }

        foreach (var (name, value) in PriorityClasses.Where(c => c.Value is < 0 or > Contracts.Limits.MaxPriority))
        {
            yield return $"PodsIn.PriorityClasses[{name}] is {value}: set 0 to {Contracts.Limits.MaxPriority}.";
        }

        foreach (var (key, word) in TopologyKeys.Where(k => !Levels.ContainsKey(k.Value)))
        {
            yield return $"PodsIn.TopologyKeys[{key}] is \"{word}\": set node, nvlink, rack or block.";
        }

        if (BoundEvents is not (EventPerGang or EventPerPod or "none"))
        {
            yield return $"PodsIn.BoundEvents is \"{BoundEvents}\": set gangs, pods or none.";
        }

        (string Name, TimeSpan Value)[] times = [(nameof(SayAfter), SayAfter), (nameof(SayAgainEvery), SayAgainEvery), (nameof(LookAgainEvery), LookAgainEvery)];
        foreach (var (name, value) in times.Where(t => t.Value <= TimeSpan.Zero || t.Value > TimeSpan.FromDays(1)))
        {
            yield return $"PodsIn.{name} is {value}: set a time above 0 and up to 1 day.";
        }

        (string Name, int Value, int Most)[] counts = [(nameof(WordsPerSecond), WordsPerSecond, 1000), (nameof(SubmitsAtOnce), SubmitsAtOnce, 4096), (nameof(MaxGang), MaxGang, 100_000)];
        foreach (var (name, value, most) in counts.Where(c => c.Value < 1 || c.Value > c.Most))
        {
            yield return $"PodsIn.{name} is {value}: set 1 to {most}.";
        }
    }
}
