namespace Scheduling.Quotas;

/// <summary>The names under which resources are charged.</summary>
public static class ResourceNames
{
    /// <summary>Thousandths of a core.</summary>
    public const string Cpu = "cpu";

    /// <summary>MiB.</summary>
    public const string Memory = "memory";

    /// <summary>Thousandths of a GPU of any model.</summary>
    public const string Gpu = "gpu";

    /// <summary>Thousandths of a GPU of this model.</summary>
    public static string GpuOf(string model) => $"gpu/{model}";

    /// <summary>Something is charged by this name, so a setting of it means something.</summary>
    public static bool IsKnown(string name) =>
        name is Cpu or Memory or Gpu || (name.Length > Gpu.Length + 1 && name.StartsWith("gpu/", StringComparison.Ordinal));
}
