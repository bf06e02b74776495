using Orleans.Storage;

namespace Simulation.CrashPoints;

/// <summary>One silo's grain records, behind the gate.</summary>
internal sealed class GatedStates(IGrainStorage store, WriteGate gate, SiloLife life) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => store.ReadStateAsync(stateName, grainId, grainState);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        gate.Pass(life, WriteNames.OfState(grainId, grainState.State), () => Done(store.WriteStateAsync(stateName, grainId, grainState), grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        gate.Pass(life, $"clear {grainId}", () => Done(store.ClearStateAsync(stateName, grainId, grainState), grainState));

    private static async Task<string?> Done<T>(Task write, IGrainState<T> state)
    {
        await write;
        return state.ETag;
    }
}
