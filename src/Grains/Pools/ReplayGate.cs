namespace Grains.Pools;

/// <summary>One replay at a time in a silo: each has up to two stretches of a journal and a whole pool in memory.</summary>
internal sealed class ReplayGate : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    public Task Enter() => _one.WaitAsync();

    public void Leave() => _one.Release();

    public void Dispose() => _one.Dispose();
}
