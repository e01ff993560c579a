resource "aws_security_group_rule" "ssh" {
  description       = "from the office"
  type              = "ingress"
  from_port         = 22
  to_port           = 22
  protocol          = "tcp"
  cidr_blocks       = ["10.1.0.0/16"]
  security_group_id = "sg-1"
}
