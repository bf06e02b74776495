using System.Collections.Immutable;
using Gateway.Contracts;
using Scheduling.Model;

namespace Gateway.Api;

/// <content>Node affinity, in both directions.</content>
internal static partial class JobMapper
{
    private static ImmutableArray<NodeTerm> ToTerms(IReadOnlyList<JobNodeTerm?>? terms) =>
    [
        .. (terms ?? []).Select(t => new NodeTerm
        {
            Requirements = [.. t!.MatchExpressions!.Select(r => new NodeRequirement { Key = r!.Key!, Operator = Enum.Parse<NodeOperator>(r.Operator!), Values = [.. (r.Values ?? []).Select(v => v!)] })],
        }),
    ];

    private static JobNodeTerm[]? ToContract(ImmutableArray<NodeTerm> terms) => terms.IsDefaultOrEmpty
        ? null
        : [.. terms.Select(t => new JobNodeTerm { MatchExpressions = [.. t.Requirements.Select(ToContract)] })];

    private static JobNodeRequirement ToContract(NodeRequirement requirement) => new()
    {
        Key = requirement.Key, Operator = requirement.Operator.ToString(), Values = requirement.Values.IsDefaultOrEmpty ? null : [.. requirement.Values],
    };
}
