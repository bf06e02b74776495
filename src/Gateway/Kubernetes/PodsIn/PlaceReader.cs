using System.Collections.Immutable;
using System.Globalization;
using Gateway.Kubernetes.Nodes;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>Selectors, affinity to nodes, tolerations and closeness, as far as they can be said in our words exactly.</summary>
/// <param name="ignoredLabels">Beginnings of labels of nodes that are not kept.</param>
internal sealed class PlaceReader(PodsInOptions options, IEnumerable<string> ignoredLabels)
{
    public const string GpuProduct = "nvidia.com/gpu.product";

    private readonly AffinityReader _affinity = new(ignoredLabels);

    public PodPlaces Read(V1Pod pod, List<string> refusals) =>
        pod.Spec is { NodeSelector.Count: > 0 } or { Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution: not null }
            ? Chosen(pod, refusals)
            : new PodPlaces(null, [], [], TolerationsOf(pod), []);

    private PodPlaces Chosen(V1Pod pod, List<string> refusals)
    {
        string? pool = null;
        ImmutableArray<string> models = [];
        var selector = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in pod.Spec.NodeSelector ?? new Dictionary<string, string>())
        {
            Select(key, value);
        }

        var terms = _affinity.TermsOf(pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution, refusals);
        var rest = new List<V1NodeSelectorRequirement>();
        foreach (var requirement in terms is [var only] ? only : [])
        {
            switch (requirement)
            {
                case { OperatorProperty: "In", Values: [var value] }:
                    Select(requirement.Key, value);
                    break;

                // Of several models any will do, and that can be said.
                case { OperatorProperty: "In", Key: GpuProduct, Values.Count: > 1 }:
                    models = [.. requirement.Values.Select(GpuResources.ModelOf).Distinct()];
                    break;
                default:
                    rest.Add(requirement);
                    break;
            }
        }

        ImmutableArray<NodeTerm> affinity = terms.Count > 1 ? [.. terms.Select(t => _affinity.TermOf(t, refusals))]
            : rest.Count > 0 ? [_affinity.TermOf(rest, refusals)] : [];
        return new PodPlaces(pool, [.. selector.Select(s => new Label(s.Key, s.Value))], affinity, TolerationsOf(pod), models);

        void Select(string key, string value)
        {
            if (key == PodKeys.Pool)
            {
                pool = value;
                return;
            }

            if (key == GpuProduct)
            {
                models = [GpuResources.ModelOf(value)];
            }

            if (selector.TryGetValue(key, out var other) && other != value)
            {
                refusals.Add($"{key} must be {other} and {value} at once");
            }

            selector[key] = value;
        }
    }

    /// <summary>How close together the gang is to be.</summary>
    public TopologyRule TopologyOf(PodMeta meta, List<string> refusals)
    {
        var required = Level([PodKeys.RequiredTopology, PodKeys.KueueRequired, PodKeys.KaiRequired]) ?? Volcano();
        var preferred = Level([PodKeys.PreferredTopology, PodKeys.KueuePreferred, PodKeys.KaiPreferred]);
        return required is null && preferred is null ? TopologyRule.None : new TopologyRule { Required = required ?? TopologyLevel.None, Preferred = preferred ?? TopologyLevel.None };

        TopologyLevel? Level(ReadOnlySpan<string> keys)
        {
            foreach (var key in keys)
            {
                if (meta.Either(key) is { } label)
                {
                    return LevelOf($"{key}={label}", label, refusals);
                }
            }

            return null;
        }

        TopologyLevel? Volcano() => meta.Either(PodKeys.VolcanoTopologyMode) == "hard" ? LevelOfTier(meta.Either(PodKeys.VolcanoTier), refusals) : null;
    }

    public SliceRule? SlicesOf(PodMeta meta, List<string> refusals)
    {
        if (meta.Either(PodKeys.KueueSliceTopology) is not { } label)
        {
            return null;
        }

        if (!int.TryParse(meta.Either(PodKeys.KueueSliceSize), NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size < 1)
        {
            refusals.Add($"{PodKeys.KueueSliceSize}: needed with {PodKeys.KueueSliceTopology}, as a number from 1");
            return null;
        }

        return new SliceRule { Size = size, Level = LevelOf($"{PodKeys.KueueSliceTopology}={label}", label, refusals) ?? TopologyLevel.Rack };
    }

    public TopologyLevel? LevelOf(string what, string label, List<string> refusals)
    {
        if (options.LevelOf(label) is { } level)
        {
            return level;
        }

        refusals.Add($"{what}: no level of ours is known by this label (PodsIn.TopologyKeys)");
        return null;
    }

    /// <summary>Volcano counts its tiers from the leaves.</summary>
    public static TopologyLevel? LevelOfTier(string? tier, List<string> refusals)
    {
        switch (tier)
        {
            case "1":
                return TopologyLevel.Rack;
            case "2":
                return TopologyLevel.Block;
            default:
                refusals.Add($"{PodKeys.VolcanoTier}={tier}: 1 is a rack and 2 a block; no other tier is known");
                return null;
        }
    }

    /// <summary>Those against taints that keep new pods away. "*" stands for any value, and for any key.</summary>
    private static ImmutableArray<Label> TolerationsOf(V1Pod pod) => pod.Spec.Tolerations is not { } all || !all.Any(KeepsAway) ? [] :
    [
        .. all.Where(KeepsAway)
            .Select(t => new Label(string.IsNullOrEmpty(t.Key) ? Tolerance.Any : t.Key, t.OperatorProperty == "Exists" ? Tolerance.Any : t.Value ?? ""))
            .Distinct().OrderBy(l => l.Key, StringComparer.Ordinal).ThenBy(l => l.Value, StringComparer.Ordinal),
    ];

    private static bool KeepsAway(V1Toleration toleration) => toleration.Effect is null or "" or "NoSchedule";
}
