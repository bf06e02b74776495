using Grains;
using Grains.ScaleSets;
using Scheduling.Scaling;

namespace Gateway.Azure;

/// <summary>Asks the grains.</summary>
internal sealed class GrainScaleSetIntents(IGrainFactory grains) : IScaleSetIntents
{
    public Task<ScaleSetState?> Get(string set) => grains.GetGrain<IScaleSetGrain>(set).GetState();

    public Task<Answer> Report(string set, ScaleSetReport report) => grains.GetGrain<IScaleSetGrain>(set).Report(report);
}
