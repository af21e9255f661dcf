//! TargetGroupBinding of the AWS Load Balancer Controller: the Pods of a Service in a target group that others made.

use podpath_source::Spanned;

use crate::meta::Meta;
use crate::reader::{PortRef, Reader};

/// A TargetGroupBinding.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetGroupBinding {
    /// `spec.serviceRef.name`, in the same namespace.
    pub service: Option<Spanned<String>>,
    /// `spec.serviceRef.port`, by number or name.
    pub port: Option<Spanned<PortRef>>,
    /// `spec.targetGroupARN`; it counts before the name.
    pub arn: Option<Spanned<String>>,
    /// `spec.targetGroupName`
    pub name: Option<Spanned<String>>,
    /// `spec.targetType`: `ip`, `instance`; the controller asks AWS where it is not written.
    pub target_type: Option<Spanned<String>>,
}

impl TargetGroupBinding {
    pub(crate) fn read(_meta: &Meta, reader: Reader<'_>) -> Self {
        let spec = reader.get("spec");
        let service = spec.get("serviceRef");
        Self {
            service: service.get("name").text().filter(|it| !it.value.is_empty()),
            port: service.get("port").port_ref(),
            arn: spec.get("targetGroupARN").text(),
            name: spec.get("targetGroupName").text(),
            target_type: spec.get("targetType").text(),
        }
    }
}
