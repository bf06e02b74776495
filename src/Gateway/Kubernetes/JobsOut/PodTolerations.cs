using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.JobsOut;

/// <summary>Tolerations between our words and Kubernetes'.</summary>
internal static class PodTolerations
{
    /// <summary>"key=value:Effect", "key:Effect", "key=value" or "key"; null when it is none of these.</summary>
    public static V1Toleration? Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        var effect = colon < 0 ? null : text[(colon + 1)..];
        var pair = colon < 0 ? text : text[..colon];
        var equals = pair.IndexOf('=', StringComparison.Ordinal);
        var key = equals < 0 ? pair : pair[..equals];
        var value = equals < 0 ? null : pair[(equals + 1)..];
        return Validation.Rules.IsLabelKey(key) && effect is null or "NoSchedule" or "PreferNoSchedule" or "NoExecute" && (value is null || Validation.Rules.IsLabelValue(value))
            ? new V1Toleration { Key = key, OperatorProperty = value is null ? "Exists" : "Equal", Value = value, Effect = effect }
            : null;
    }

    /// <summary>Whatever the taint's effect is.</summary>
    public static V1Toleration Of(Label label) => new() { Key = label.Key, OperatorProperty = "Equal", Value = label.Value };
}
