using System.Text.Json;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>What an object that stands for a gang says of it: PodGroups of four makers, and owners. Pure; unknown fields are passed over.</summary>
internal sealed class ObjectFacts(PodsInOptions options)
{
    /// <summary>Where each kind is found. Owners of other kinds make no gang.</summary>
    public static (string Group, string Version, string Plural)? PlaceOf(string apiVersion, string kind)
    {
        var group = apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion[..apiVersion.IndexOf('/', StringComparison.Ordinal)] : "";
        var version = apiVersion[(apiVersion.IndexOf('/', StringComparison.Ordinal) + 1)..];
        string? plural = (group, kind) switch
        {
            ("batch", "Job") => "jobs",
            ("jobset.x-k8s.io", "JobSet") => "jobsets",
            ("kubeflow.org", "MPIJob") => "mpijobs",
            ("kubeflow.org", "PyTorchJob") => "pytorchjobs",
            ("kubeflow.org", "TFJob") => "tfjobs",
            ("kubeflow.org", "XGBoostJob") => "xgboostjobs",
            ("kubeflow.org", "PaddleJob") => "paddlejobs",
            ("kubeflow.org", "JAXJob") => "jaxjobs",
            ("ray.io", "RayCluster") => "rayclusters",
            _ => null,
        };
        return plural is null ? null : (group, version, plural);
    }

    /// <summary>Null when the object does not say what is needed.</summary>
    public GangFacts? Of(GangKind kind, JsonElement root)
    {
        var spec = Get(root, "spec");
        var facts = kind switch
        {
            GangKind.PodGroup => Min(Number(spec, "minMember")),
            GangKind.UpstreamPodGroup => Upstream(spec),
            GangKind.VolcanoPodGroup => Volcano(spec),
            GangKind.KaiPodGroup => Kai(spec),
            GangKind.JobSet => JobSet(spec),
            GangKind.IndexedJob => IndexedJob(spec),
            GangKind.RayCluster => RayCluster(spec),
            GangKind.TrainingJob => Training(Text(root, "kind") ?? "", spec),
            _ => null,
        };
        return facts is null ? null : facts with { Uid = Text(root, "metadata", "uid") ?? "", Object = RefOf(root) };
    }

    /// <summary>Who made the object; null when nobody looks after it.</summary>
    public static GroupRef? OwnerOf(JsonElement root)
    {
        if (Get(root, "metadata", "ownerReferences") is not { ValueKind: JsonValueKind.Array } owners)
        {
            return null;
        }

        foreach (var owner in owners.EnumerateArray())
        {
            if (Get(owner, "controller") is { ValueKind: JsonValueKind.True })
            {
                return new GroupRef(Text(owner, "apiVersion") ?? "", Text(owner, "kind") ?? "", Text(root, "metadata", "namespace") ?? "", Text(owner, "name") ?? "", Text(owner, "uid") ?? "");
            }
        }

        return null;
    }

    private static GroupRef RefOf(JsonElement root) => new(
        Text(root, "apiVersion") ?? "", Text(root, "kind") ?? "", Text(root, "metadata", "namespace") ?? "", Text(root, "metadata", "name") ?? "", Text(root, "metadata", "uid") ?? "");

    private static GangFacts? Min(long? min) => min is { } count ? new GangFacts { Min = (int)Math.Clamp(count, 1, int.MaxValue) } : null;

    private GangFacts? Upstream(JsonElement? spec)
    {
        // Without a gang policy its pods are scheduled one by one.
        var facts = Min(Number(spec, "schedulingPolicy", "gang", "minCount") ?? 1);
        if (Get(spec, "schedulingConstraints", "topology") is not { ValueKind: JsonValueKind.Array } constraints || facts is null)
        {
            return facts;
        }

        foreach (var constraint in constraints.EnumerateArray())
        {
            facts = Close(facts, "schedulingConstraints.topology", Text(constraint, "key"), required: true);
        }

        return facts;
    }

    private static GangFacts? Volcano(JsonElement? spec)
    {
        var facts = Min(Number(spec, "minMember") ?? 1)! with { Queue = Text(spec, "queue") is { } queue and not "default" ? queue : null, PriorityClass = Text(spec, "priorityClassName") };
        if (Text(spec, "networkTopology", "mode") != "hard")
        {
            return facts;
        }

        List<string> refusals = [];
        var level = PlaceReader.LevelOfTier(Number(spec, "networkTopology", "highestTierAllowed")?.ToString(System.Globalization.CultureInfo.InvariantCulture), refusals);
        return level is { } required ? facts with { Topology = new TopologyRule { Required = required } } : facts with { Refusal = refusals[0] };
    }

    private GangFacts? Kai(JsonElement? spec)
    {
        var facts = Min(Number(spec, "minMember") ?? 1)! with { Queue = Text(spec, "queue"), PriorityClass = Text(spec, "priorityClassName") };
        facts = Close(facts, "topologyConstraint.requiredTopologyLevel", Text(spec, "topologyConstraint", "requiredTopologyLevel"), required: true);
        return Close(facts, "topologyConstraint.preferredTopologyLevel", Text(spec, "topologyConstraint", "preferredTopologyLevel"), required: false);
    }

    private GangFacts Close(GangFacts facts, string field, string? label, bool required)
    {
        if (label is null)
        {
            return facts;
        }

        if (options.LevelOf(label) is not { } level)
        {
            return facts with { Refusal = $"{field}={label}: no level of ours is known by this label (PodsIn.TopologyKeys)" };
        }

        var before = facts.Topology ?? TopologyRule.None;
        return facts with { Topology = required ? before with { Required = level } : before with { Preferred = level } };
    }

    private static GangFacts? JobSet(JsonElement? spec)
    {
        if (Get(spec, "replicatedJobs") is not { ValueKind: JsonValueKind.Array } jobs)
        {
            return null;
        }

        var min = 0L;
        var isOrdered = Text(spec, "startupPolicy", "startupPolicyOrder") == "InOrder";
        foreach (var job in jobs.EnumerateArray())
        {
            var parallelism = Number(job, "template", "spec", "parallelism") ?? 1;
            min += (Number(job, "replicas") ?? 1) * Math.Min(parallelism, Number(job, "template", "spec", "completions") ?? parallelism);
            isOrdered |= Get(job, "dependsOn") is { ValueKind: JsonValueKind.Array } needs && needs.GetArrayLength() > 0;
        }

        var facts = Min(min);
        return isOrdered && jobs.GetArrayLength() > 1
            ? facts! with { Refusal = $"a JobSet whose jobs start one after the other (startupPolicy InOrder, dependsOn) is no gang: label the pods that are one with {PodKeys.PodGroupLabel}" }
            : facts;
    }

    /// <summary>As upstream's own gangs: only where all indexes run at once is it one. Otherwise its pods come and go by themselves.</summary>
    private static GangFacts? IndexedJob(JsonElement? spec)
    {
        var parallelism = Number(spec, "parallelism") ?? 1;
        return Min(Text(spec, "completionMode") == "Indexed" && parallelism == Number(spec, "completions") ? parallelism : 1);
    }

    private static GangFacts? RayCluster(JsonElement? spec)
    {
        var min = 1L;
        var grows = Get(spec, "enableInTreeAutoscaling") is { ValueKind: JsonValueKind.True };
        if (Get(spec, "workerGroupSpecs") is { ValueKind: JsonValueKind.Array } groups)
        {
            foreach (var group in groups.EnumerateArray())
            {
                var replicas = grows ? Number(group, "minReplicas") ?? 0 : Number(group, "replicas") ?? Number(group, "minReplicas") ?? 0;
                min += replicas * (Number(group, "numOfHosts") ?? 1);
            }
        }

        return Min(min);
    }

    /// <summary>Kubeflow's jobs: all replicas of all kinds, unless the job says that fewer will do.</summary>
    private static GangFacts? Training(string kind, JsonElement? spec)
    {
        if (Number(spec, "runPolicy", "schedulingPolicy", "minAvailable") is { } available)
        {
            return Min(available);
        }

        var field = kind switch
        {
            "MPIJob" => "mpiReplicaSpecs",
            "PyTorchJob" => "pytorchReplicaSpecs",
            "TFJob" => "tfReplicaSpecs",
            "XGBoostJob" => "xgbReplicaSpecs",
            "PaddleJob" => "paddleReplicaSpecs",
            "JAXJob" => "jaxReplicaSpecs",
            _ => "",
        };
        if (Get(spec, field) is not { ValueKind: JsonValueKind.Object } replicas)
        {
            return null;
        }

        var launchesLate = kind == "MPIJob" && Text(spec, "launcherCreationPolicy") == "WaitForWorkersReady";
        return Min(replicas.EnumerateObject().Where(r => !(launchesLate && r.Name == "Launcher")).Sum(r => Number(r.Value, "replicas") ?? 1));
    }

    private static JsonElement? Get(JsonElement? from, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (from is not { ValueKind: JsonValueKind.Object } element || !element.TryGetProperty(name, out var next))
            {
                return null;
            }

            from = next;
        }

        return from;
    }

    private static string? Text(JsonElement? from, params ReadOnlySpan<string> path) => Get(from, path) is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } value ? value : null;

    private static long? Number(JsonElement? from, params ReadOnlySpan<string> path) => Get(from, path) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : null;
}
