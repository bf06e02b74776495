namespace Scheduling.Model;

/// <summary>
/// Names of what nodes offer as GPUs: a model, "A100-80GB", or a part of one by its MIG profile, "A100-80GB/1g.10gb". A part is a device
/// and counts as one: of its own kind, with a quota of its own ("gpu/A100-80GB/1g.10gb").
/// </summary>
public static class GpuModelNames
{
    /// <summary>Names such devices a part of a GPU?</summary>
    public static bool IsPart(string model) => model.Contains('/', StringComparison.Ordinal);

    /// <summary>May a worker of this shape use GPUs of this model? One that names none means whole GPUs: it never gets parts.</summary>
    public static bool Accepts(WorkerShape shape, string model) =>
        shape.GpuModels.IsEmpty ? shape.Gpus == 0 || !IsPart(model) : shape.GpuModels.Contains(model);
}
