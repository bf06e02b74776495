using Grains;
using Scheduling.Scaling;

namespace Gateway.Azure;

/// <summary>What is wanted of scale sets, and where to tell what became of it.</summary>
internal interface IScaleSetIntents
{
    /// <summary>Null when the set was not configured.</summary>
    Task<ScaleSetState?> Get(string set);

    /// <summary>Absolute and repeatable.</summary>
    Task<Answer> Report(string set, ScaleSetReport report);
}
