using Gateway.Contracts;
using Scheduling.Model;

namespace Gateway.Validation;

/// <summary>A role's node affinity: each fault by its field.</summary>
internal static class NodeAffinityValidator
{
    public static void Validate(IReadOnlyList<JobNodeTerm?>? terms, string field, FieldErrors errors)
    {
        if (terms?.Count > Limits.MaxNodeTerms)
        {
            errors.Add(field, $"must have at most {Limits.MaxNodeTerms} entries");
            return;
        }

        for (var i = 0; i < terms?.Count; i++)
        {
            var at = $"{field}[{i}].matchExpressions";
            switch (terms[i]?.MatchExpressions)
            {
                case null or { Count: 0 or > Limits.MaxNodeRequirements }:
                    errors.Add(at, $"must have 1 to {Limits.MaxNodeRequirements} entries");
                    break;
                case { } requirements:
                    for (var j = 0; j < requirements.Count; j++)
                        Validate(requirements[j] ?? new JobNodeRequirement(), $"{at}[{j}]", errors);
                    break;
            }
        }
    }

    private static void Validate(JobNodeRequirement requirement, string field, FieldErrors errors)
    {
        if (requirement.Key is null || !Rules.IsLabelKey(requirement.Key))
            errors.Add($"{field}.key", requirement.Key is null ? Rules.Required : Rules.LabelKeyRule);
        var values = requirement.Values ?? [];
        var fault = requirement.Operator switch
        {
            _ when values.Count > Limits.MaxNodeValues => $"must have at most {Limits.MaxNodeValues} entries",
            nameof(NodeOperator.In) or nameof(NodeOperator.NotIn) => values.Count == 0 ? $"must have at least one entry with {requirement.Operator}"
                : values.Any(v => v is null || !Rules.IsLabelValue(v)) ? Rules.LabelValueRule : null,
            nameof(NodeOperator.Exists) or nameof(NodeOperator.DoesNotExist) => values.Count > 0 ? $"must be left out with {requirement.Operator}" : null,
            nameof(NodeOperator.Gt) or nameof(NodeOperator.Lt) => values is [{ } number] && NodeAffinity.Number(number) is not null ? null
                : $"must be one whole number with {requirement.Operator}",
            _ => null,
        };
        if (fault is not null)
            errors.Add($"{field}.values", fault);
        if (!Enum.GetNames<NodeOperator>().Contains(requirement.Operator, StringComparer.Ordinal))
            errors.Add($"{field}.operator", $"must be one of {string.Join(", ", Enum.GetNames<NodeOperator>())}");
    }
}
