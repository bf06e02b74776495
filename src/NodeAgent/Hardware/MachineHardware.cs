namespace NodeAgent.Hardware;

/// <summary>What the machine is made of; null where it could not be read.</summary>
/// <param name="Host">The physical host.</param>
/// <param name="GpuSerials">In order, with commas between.</param>
internal readonly record struct MachineHardware(string? Host, string? GpuSerials)
{
    public bool IsKnown => Host is not null || GpuSerials is not null;

    /// <summary>What cannot be read now is as it was.</summary>
    public MachineHardware After(MachineHardware before) => new(Host ?? before.Host, GpuSerials ?? before.GpuSerials);
}
