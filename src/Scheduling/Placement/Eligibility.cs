using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>Which kinds of node a worker may use, by tenant, GPU model, labels, taints and the extended resources that it offers; remembered per kind.</summary>
internal sealed class Eligibility(NodeClasses classes, ViewKey key)
{
    private const byte Allowed = 255;
    private const byte Unknown = 254;
    private readonly WorkerShape shape = key.Shape;
    private byte[] answers = [];
    private int epoch = -1;

    /// <summary>The constraint that rules the kind out, or null.</summary>
    public PlacementConstraint? Obstacle(int number)
    {
        var answer = Ask(number);
        return answer == Allowed ? null : (PlacementConstraint)answer;
    }

    public bool Allows(int number) => Ask(number) == Allowed;

    private byte Ask(int number)
    {
        if (epoch != classes.Epoch || number >= answers.Length)
        {
            answers = new byte[Math.Max(8, classes.Count * 2)];
            Array.Fill(answers, Unknown);
            epoch = classes.Epoch;
        }

        if (answers[number] == Unknown) answers[number] = Judge(classes.Samples[number]);
        return answers[number];
    }

    private byte Judge(NodeSpec? node)
    {
        if (node is not null && !node.Tenants.IsEmpty && !node.Tenants.Contains(key.Tenant)) return (byte)PlacementConstraint.Tenant;
        if (node is null || !GpuModelNames.Accepts(shape, node.GpuModel)) return (byte)PlacementConstraint.GpuModel;
        foreach (var wanted in shape.NodeSelector)
            if (!node.Labels.Contains(wanted)) return (byte)PlacementConstraint.NodeSelector;
        if (!NodeAffinity.Allows(shape.NodeTerms, node.Labels)) return (byte)PlacementConstraint.NodeAffinity;
        foreach (var taint in node.Taints)
            if (!Tolerance.Covers(shape.Tolerations, taint)) return (byte)PlacementConstraint.Taint;
        foreach (var asked in shape.Extended)
            if (ExtendedResources.Of(node.Extended, asked.Name) < asked.Count) return (byte)PlacementConstraint.Extended;
        return Allowed;
    }
}
