namespace Gateway.Contracts;

/// <summary>The rules of the request bodies, in one place: the server checks them, clients may check them first.</summary>
public static class Limits
{
    /// <summary>Bytes in a request body.</summary>
    public const int MaxBodyBytes = 256 * 1024;

    /// <summary>How deep JSON may nest.</summary>
    public const int MaxJsonDepth = 16;

    /// <summary>Workers of one gang, over all roles, unless the server is configured lower.</summary>
    public const int MaxWorkersPerGang = 100_000;

    public const int MaxRoles = 16;
    public const long MaxCpuMilli = 1_000_000_000;
    public const long MaxMemoryMiB = 1_000_000_000;
    public const int MaxGpusPerWorker = 64;

    /// <summary>Thousandths in a whole GPU.</summary>
    public const int WholeGpu = 1000;

    public const int MaxGpuModels = 32;

    /// <summary>Extended resources that a role asks for.</summary>
    public const int MaxExtendedResources = 16;

    /// <summary>Terms of a role's node affinity, requirements of a term, and values of a requirement.</summary>
    public const int MaxNodeTerms = 16;
    public const int MaxNodeRequirements = 32;
    public const int MaxNodeValues = 64;
    public const int MaxPriority = 1000;
    public const int MaxRetries = 100;

    /// <summary>365 days.</summary>
    public const long MaxDurationSeconds = 365L * 24 * 60 * 60;

    /// <summary>Jobs that one job may wait for.</summary>
    public const int MaxDependencies = 64;

    /// <summary>Tasks of one array.</summary>
    public const int MaxTasks = 100_000;

    /// <summary>Tasks of one array in the queue or running at once.</summary>
    public const int MaxParallel = 1000;
    public const int DefaultParallel = 100;

    public const int MaxReplicas = 1000;
    public const int MaxRetryLimits = 4;

    /// <summary>One day.</summary>
    public const long MaxBackOffSeconds = 24L * 60 * 60;

    /// <summary>One hour.</summary>
    public const long MaxGraceSeconds = 60L * 60;

    /// <summary>Nobody saves a gang's work more often.</summary>
    public const long MinCheckpointSeconds = 10;

    public const int MaxLabels = 64;

    /// <summary>A label's key: an optional DNS prefix of at most 253 characters and '/', then a name of at most 63.</summary>
    public const int MaxLabelPrefix = 253;
    public const int MaxLabelName = 63;
    public const int MaxLabelValue = 63;

    /// <summary>A job's name, as Kubernetes names things.</summary>
    public const int MaxJobName = 253;

    /// <summary>Role, tenant, team, user, pool and GPU model names.</summary>
    public const int MaxName = 63;

    public const int MaxImage = 512;
    public const int MaxArguments = 256;
    public const int MaxVariables = 256;
    public const int MaxVariableName = 128;
    public const int MaxPath = 512;
    public const int MaxPorts = 32;
    public const int MaxPortName = 15;
    public const int MaxVolumes = 32;
    public const int MaxPullSecrets = 8;
    public const int MaxCapabilities = 8;
    public const int MaxDevices = 8;
    public const int MaxDeviceCount = 1024;
    public const long MaxUserId = 2_147_483_647;

    /// <summary>Characters in all texts of a job's containers together: pools keep them in memory for every job that waits.</summary>
    public const int MaxContainerText = 32 * 1024;

    /// <summary>How often failed workers are started again in one attempt.</summary>
    public const int MaxMemberRestarts = 1000;
    public const int DefaultMemberRestarts = 10;

    public const int MaxReason = 512;
    public const int MaxIdempotencyKey = 255;
    public const int MaxPageSize = 1000;
    public const int DefaultPageSize = 100;
    public const int MaxContinuationToken = 1024;

    /// <summary>Resources that one level of a quota tree may name.</summary>
    public const int MaxQuotaResources = 64;

    /// <summary>The largest amount of one resource in a quota.</summary>
    public const long MaxQuotaAmount = 1_000_000_000_000;

    public const int MaxQuotaWeight = 1_000_000;
    /// <summary>Priority caps of one level.</summary>
    public const int MaxQuotaPriorityCaps = 8;

    public const long MaxQuotaBudgetHours = 1_000_000_000_000;
    public const int MaxQuotaBudgetDays = 366;
    public const int MaxQuotaPendingJobs = 10_000_000;

    /// <summary>Changes of one question of "what if".</summary>
    public const int MaxWhatIfChanges = 16;

    /// <summary>Nodes that a question may add.</summary>
    public const int MaxWhatIfNodes = 20_000;

    /// <summary>Nodes and racks that a question may take away.</summary>
    public const int MaxWhatIfNames = 1000;
}
