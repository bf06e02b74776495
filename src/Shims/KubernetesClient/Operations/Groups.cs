namespace k8s;

public partial interface IKubernetes
{
    ICoreV1Operations CoreV1 { get; }

    ICoordinationV1Operations CoordinationV1 { get; }

    IPolicyV1Operations PolicyV1 { get; }

    ISchedulingV1Operations SchedulingV1 { get; }

    IBatchV1Operations BatchV1 { get; }

    IVersionOperations Version { get; }

    ICustomObjectsOperations CustomObjects { get; }
}

public abstract partial class AbstractKubernetes
{
    public ICoreV1Operations CoreV1 => this;

    public ICoordinationV1Operations CoordinationV1 => this;

    public IPolicyV1Operations PolicyV1 => this;

    public ISchedulingV1Operations SchedulingV1 => this;

    public IBatchV1Operations BatchV1 => this;

    public IVersionOperations Version => this;

    public ICustomObjectsOperations CustomObjects => this;
}
