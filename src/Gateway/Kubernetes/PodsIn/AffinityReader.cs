using System.Collections.Immutable;
using System.Globalization;
using Gateway.Contracts;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>Required affinity to nodes, in our words. What cannot be said in them exactly is named.</summary>
/// <param name="ignoredLabels">Beginnings of labels of nodes that are not kept: nobody can say who lacks them.</param>
internal sealed class AffinityReader(IEnumerable<string> ignoredLabels)
{
    private const string Affinity = "spec.affinity.nodeAffinity";

    private readonly ImmutableArray<string> _ignored = [.. ignoredLabels];

    /// <summary>Any one of these terms would do; none: every node.</summary>
    public IReadOnlyList<IReadOnlyList<V1NodeSelectorRequirement>> TermsOf(V1NodeSelector? required, List<string> refusals)
    {
        if (required?.NodeSelectorTerms is not { Count: > 0 } terms)
        {
            return [];
        }

        if (terms.Any(t => t.MatchFields is { Count: > 0 }))
        {
            refusals.Add($"{Affinity}: matchFields");
            return [];
        }

        // A term that asks for nothing is right about no node.
        var asking = terms.Where(t => t.MatchExpressions is { Count: > 0 }).Select(t => (IReadOnlyList<V1NodeSelectorRequirement>)[.. t.MatchExpressions]).ToList();
        if (asking.Count is 0 or > Limits.MaxNodeTerms || asking.Exists(t => t.Count > Limits.MaxNodeRequirements))
        {
            refusals.Add(asking.Count == 0
                ? $"{Affinity}: no term asks for anything, and such terms allow no node"
                : string.Create(CultureInfo.InvariantCulture, $"{Affinity}: at most {Limits.MaxNodeTerms} terms of {Limits.MaxNodeRequirements} expressions"));
            return [];
        }

        return asking;
    }

    public NodeTerm TermOf(IEnumerable<V1NodeSelectorRequirement> requirements, List<string> refusals) =>
        new() { Requirements = [.. requirements.Select(r => RequirementOf(r, refusals)).OfType<NodeRequirement>()] };

    /// <summary>Null, and said, when no node could be asked about it.</summary>
    private NodeRequirement? RequirementOf(V1NodeSelectorRequirement requirement, List<string> refusals)
    {
        var values = requirement.Values ?? [];
        if (!Enum.TryParse<NodeOperator>(requirement.OperatorProperty, out var how))
        {
            refusals.Add($"{Affinity}: {requirement.Key} {requirement.OperatorProperty}: no such operator is known");
        }
        else if (requirement.Key == PodKeys.Pool)
        {
            refusals.Add($"{Affinity}: {requirement.Key} {requirement.OperatorProperty} {string.Join(",", values)}: a gang is in one pool, named by In with one value in the only term");
        }
        else if (IsIgnored(requirement.Key))
        {
            refusals.Add($"{Affinity}: {requirement.Key}: labels of this kind are not kept (Nodes.IgnoredLabels)");
        }
        else if (values.Count > Limits.MaxNodeValues)
        {
            refusals.Add(string.Create(CultureInfo.InvariantCulture, $"{Affinity}: {requirement.Key} {requirement.OperatorProperty}: at most {Limits.MaxNodeValues} values"));
        }
        else
        {
            return new NodeRequirement { Key = requirement.Key, Operator = how, Values = [.. values] };
        }

        return null;
    }

    private bool IsIgnored(string key)
    {
        foreach (var ignored in _ignored)
        {
            if (key.StartsWith(ignored, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
