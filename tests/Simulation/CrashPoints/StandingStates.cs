using Orleans.Storage;

namespace Simulation.CrashPoints;

/// <summary>Grain records on a real disk; see <see cref="Standing"/>.</summary>
internal sealed class StandingStates(IGrainStorage store, Standing still) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        still.Read(() => store.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        still.Write(() => store.WriteStateAsync(stateName, grainId, grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        still.Write(() => store.ClearStateAsync(stateName, grainId, grainState));
}
